import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnswerModel } from './answer-model.js';
import type { CaptionModel } from './caption-model.js';
import { renamedOriginal } from './checkpoint/original-names.js';
import { removeModelFolders } from './checkpoint/testing/write-files.js';
import { loadModel } from './load-model.js';
import type { MatchModel } from './match-model.js';
import { prepareModel } from './prepare-model.js';
import { type GoldenParams, generationParams } from './testing/golden-params.js';
import { readPixels } from './testing/read-pixels.js';

const reference = fileURLToPath(new URL('../../../test/reference/', import.meta.url));
/** By tools/goldens/make-checkpoint-goldens.py: peft's merge_and_unload, and what transformers then generates. */
const goldens = JSON.parse(readFileSync(join(reference, 'goldens-checkpoints.json'), 'utf8'));
const cacheDir = await mkdtemp(join(tmpdir(), 'blipq-checkpoint-goldens-'));
afterAll(async () => {
  await rm(cacheDir, { recursive: true });
  await removeModelFolders();
});

interface Golden {
  readonly image: string;
  readonly prompt: string | null;
  readonly question: string;
  readonly params: GoldenParams;
  readonly ids: number[];
  readonly text: string;
  readonly itm_logits: [number, number];
  readonly itc_cosine: number;
}

/** Builds a model in fp32 and has it repeat what transformers made of the same. */
async function expectGoldens(options: { checkpoint: string; adapter?: string }, cases: readonly Golden[]) {
  const warnings: string[] = [];
  const folder = await prepareModel({ ...options, cacheDir, onWarning: (warning) => warnings.push(warning) });
  const model = await loadModel(folder, { threads: 2 });
  try {
    for (const golden of cases) await expectGolden(model as never, golden);
  } finally {
    await model.release();
  }
  return warnings;
}

async function expectGolden(model: CaptionModel & AnswerModel & MatchModel, golden: Golden): Promise<void> {
  const pixels = await readPixels(join(reference, golden.image));
  if (model.facts.task === 'image_text_retrieval') {
    const [match] = (await model.match([{ pixels, texts: [golden.text] }])).matches[0]!;
    expect(Math.abs(match!.similarity - golden.itc_cosine)).toBeLessThan(1e-3);
    for (const side of [0, 1]) expect(Math.abs(match!.logits[side]! - golden.itm_logits[side]!)).toBeLessThan(1e-3);
    return;
  }
  const params = generationParams(golden.params);
  const { text, tokenIds } =
    model.facts.task === 'captioning'
      ? (await model.caption([{ pixels, prompt: golden.prompt, params }])).captions[0]!
      : (await model.answer([{ pixels, questions: [golden.question], params }])).answers[0]![0]!;
  expect({ text, ids: tokenIds }).toEqual({ text: golden.text, ids: golden.ids });
}

describe('a LoRA adapter is merged as peft merges it, token for token', () => {
  test.each<[string, { base: string; cases: Golden[] }]>(Object.entries(goldens.adapters))(
    '%s',
    async (name, golden) => {
      const adapter = join(reference, 'adapters', name);
      const warnings = await expectGoldens({ checkpoint: join(reference, golden.base), adapter }, golden.cases);
      expect(warnings).toEqual([]);
    },
  );
});

describe("a checkpoint of the original code gives what transformers' conversion of it gives", () => {
  test('every name is what convert_blip_original_pytorch_to_hf.py makes of it', () => {
    const names: Record<string, string> = goldens.original_names;
    expect(Object.keys(names).length).toBeGreaterThan(150);
    for (const [original, name] of Object.entries(names)) expect(renamedOriginal(original)).toBe(name);
  });

  test('of one .pth file with its training, and a vocabulary beside it', async () => {
    const warnings = await expectGoldens({ checkpoint: join(reference, 'original') }, goldens.original.cases);
    expect(warnings).toEqual([]);
  });
});
