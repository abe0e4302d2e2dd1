import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeGraphs } from '../build-graphs.js';
import { readModel } from '../read-model.js';
import { BlipTokenizer } from '../tokenizer.js';

const reference = fileURLToPath(new URL('../../../../test/reference/', import.meta.url));

/** JSON of a shape that a test knows. */
// biome-ignore lint/suspicious/noExplicitAny: each test knows its file
export type Json = any;

export type Files = Record<string, Uint8Array | string>;

/** The files of a small model of test/reference, to be edited and written to a folder of their own. */
export function referenceFiles(name: string): Files {
  const files = readdirSync(join(reference, name));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(reference, name, file))]));
}

export function referenceFolder(name: string): string {
  return join(reference, name);
}

/** A file of JSON with some of its fields changed; what the change returns, if anything, is the new file. */
export function edited(file: Uint8Array | string | undefined, change: (json: Json) => unknown): string {
  const json: Json = JSON.parse(Buffer.from(file ?? '{}').toString());
  return JSON.stringify(change(json) ?? json);
}

const texts = ['How many Dogs are there?', 'a Picture of the café <bird>', '猫 [DEC] unaffable'];

/** All on which a model's results depend, short enough to be compared: equal prints mean equal tokens and texts. */
export interface ModelPrint {
  readonly config: object;
  /** A hash of the numbers of each parameter that the graphs hold. */
  readonly weights: Readonly<Record<string, string>>;
  readonly prompts: readonly (readonly number[])[];
  readonly decoded: string;
  readonly enclosed: readonly number[] | undefined;
}

/** @throws ModelError as prepareModel does, before anything is built */
export async function modelPrint(
  options: { checkpoint: string; adapter?: string },
  onWarning?: (warning: string) => void,
): Promise<ModelPrint> {
  const { checkpoint, config, tokenizer } = await readModel({ ...options, onWarning });
  const folder = await mkdtemp(join(tmpdir(), 'blipq-print-'));
  try {
    const weights: Record<string, string> = {};
    const read = async (name: string) => {
      const values = await checkpoint.read(name);
      weights[parameterOf(name)] = createHash('sha256').update(values).digest('hex');
      return values;
    };
    const { tensors, files, isOriginal } = checkpoint;
    await writeGraphs(folder, config, { tensors, files, isOriginal, read, close: async () => {} }, 'fp32', () => {});
    const blip = BlipTokenizer.fromJson(tokenizer.tokenizerJson, tokenizer.cleanUpSpaces);
    const prompts = texts.map((text) => blip.encodePrompt(text));
    const ids = [config.text.bosTokenId, 101, ...prompts.flat(), 30_523, 30_524, config.text.sepTokenId];
    const enclosed = config.task === 'captioning' ? undefined : blip.encode(texts[0]!);
    return { config, weights, prompts, decoded: blip.decode(ids), enclosed };
  } finally {
    await checkpoint.close();
    await rm(folder, { recursive: true });
  }
}

/** One name for a parameter that has two where it is tied; of a head of its own the numbers tell. */
function parameterOf(name: string): string {
  return name
    .replace('.cls.predictions.decoder.weight', '.bert.embeddings.word_embeddings.weight')
    .replace('.cls.predictions.decoder.bias', '.cls.predictions.bias');
}
