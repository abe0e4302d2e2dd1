import fc from 'fast-check';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type FileTensors, widened, writeTensors, writeTorch } from './checkpoint/testing/tensor-files.js';
import { modelFolder, removeModelFolders } from './checkpoint/testing/write-files.js';
import { ModelError } from './model-error.js';
import { type Files, modelPrint } from './testing/model-print.js';
import { tinyModel } from './testing/tiny-model.js';

const HEAD = 'text_decoder.cls.predictions';
const WORDS = 'text_decoder.bert.embeddings.word_embeddings.weight';
const VISION_NAMES: readonly [RegExp, string][] = [
  [/^vision_model\.embeddings\.class_embedding$/, 'visual_encoder.cls_token'],
  [/^vision_model\.embeddings\.position_embedding$/, 'visual_encoder.pos_embed'],
  [/^vision_model\.embeddings\.patch_embedding\./, 'visual_encoder.patch_embed.proj.'],
  [/^vision_model\.post_layernorm\./, 'visual_encoder.norm.'],
  [/^vision_model\.encoder\.layers\.(\d+)\.layer_norm/, 'visual_encoder.blocks.$1.norm'],
  [/^vision_model\.encoder\.layers\.(\d+)\.self_attn\.projection\./, 'visual_encoder.blocks.$1.attn.proj.'],
  [/^vision_model\.encoder\.layers\.(\d+)\.self_attn\./, 'visual_encoder.blocks.$1.attn.'],
  [/^vision_model\.encoder\.layers\.(\d+)\./, 'visual_encoder.blocks.$1.'],
];

const { files, tensors: stored } = await tinyModel();
const whole = await modelFolder({ ...files, 'model.safetensors': writeTensors(stored) });
const expected = await modelPrint({ checkpoint: whole });
afterEach(removeModelFolders);
afterAll(removeModelFolders);

/** What savers, wrappers and people do to a checkpoint. */
const rearrangement = fc.record({
  dtype: fc.constantFrom('F16', 'F32', 'F64', 'mixed'),
  order: fc.constantFrom('as stored', 'reversed'),
  head: fc.constantFrom('embeddings', 'decoder', 'both'),
  bias: fc.constantFrom('bias', 'decoder.bias', 'both'),
  original: fc.boolean(),
  prefix: fc.constantFrom('', '', 'blip.', 'module.', '_orig_mod.', 'model.', 'module._orig_mod.'),
  extra: fc.constantFrom('', '', 'position_ids', 'pooler', 'lora_A', 'SCB', 'qformer'),
  wrapped: fc.constantFrom('', 'state_dict', 'model', 'model_state_dict'),
  form: fc.constantFrom(
    'model.safetensors',
    'shards',
    'pytorch_model.bin',
    'torch shards',
    'weights.pth',
    'weights.safetensors',
  ),
  lists: fc.constantFrom('what is there', 'both names of the head'),
});
type Rearrangement = typeof rearrangement extends fc.Arbitrary<infer T> ? T : never;

function rearranged({ dtype, order, head, bias, original, prefix, extra }: Rearrangement): FileTensors {
  const dtypes = ['F16', 'F32', 'F64'] as const;
  const entries = [...stored].map(([name, tensor], index) => {
    const to = dtype === 'mixed' ? dtypes[index % 3]! : (dtype as (typeof dtypes)[number]);
    return [name, widened(tensor, to)] as const;
  });
  const tensors = new Map(order === 'reversed' ? entries.reverse() : entries);
  if (head !== 'embeddings') tensors.set(`${HEAD}.decoder.weight`, tensors.get(WORDS)!);
  if (head === 'decoder') tensors.delete(WORDS);
  if (bias !== 'bias') tensors.set(`${HEAD}.decoder.bias`, tensors.get(`${HEAD}.bias`)!);
  if (bias === 'decoder.bias') tensors.delete(`${HEAD}.bias`);
  const extras: Record<string, string> = {
    position_ids: 'text_decoder.bert.embeddings.position_ids',
    pooler: 'text_decoder.bert.pooler.dense.bias',
    lora_A: 'text_decoder.bert.encoder.layer.0.attention.self.query.lora_A.default.weight',
    SCB: 'text_decoder.bert.encoder.layer.0.attention.self.query.SCB',
    qformer: 'qformer.encoder.layer.0.attention.attention.query.bias',
  };
  const data = new Uint8Array(8);
  if (extra !== '') tensors.set(extras[extra]!, { dtype: extra === 'position_ids' ? 'I64' : 'F64', shape: [1], data });
  const renamed = (name: string) => {
    const [from, to] = (original && VISION_NAMES.find(([pattern]) => pattern.test(name))) || [/^/, ''];
    return `${prefix}${name.replace(from, to)}`;
  };
  return new Map([...tensors].map(([name, tensor]) => [renamed(name), tensor]));
}

function filesOf(how: Rearrangement): Files {
  const tensors = rearranged(how);
  const wrapped = how.wrapped === '' ? [] : [how.wrapped];
  if (how.form === 'pytorch_model.bin' || how.form === 'weights.pth')
    return { [how.form]: writeTorch(tensors, wrapped) };
  if (!how.form.endsWith('shards')) return { [how.form]: writeTensors(tensors) };
  const [stem, end] = how.form === 'shards' ? ['model', 'safetensors'] : ['pytorch_model', 'bin'];
  const write = end === 'bin' ? (part: FileTensors) => writeTorch(part, wrapped) : writeTensors;
  const middle = Math.floor(tensors.size / 2);
  const parts = [[...tensors].slice(0, middle), [...tensors].slice(middle)];
  const names = parts.map((_, part) => `${stem}-0000${part + 1}-of-00002.${end}`);
  const listed: Record<string, string> = Object.fromEntries(
    parts.flatMap((part, index) => part.map(([name]) => [name, names[index]!])),
  );
  if (how.lists !== 'what is there') {
    for (const name of [WORDS, `${HEAD}.decoder.weight`, `${HEAD}.bias`]) listed[`${how.prefix}${name}`] ??= names[0]!;
  }
  return {
    ...Object.fromEntries(parts.map((part, index) => [names[index]!, write(new Map(part))])),
    [`${stem}.${end}.index.json`]: JSON.stringify({ metadata: {}, weight_map: listed }),
  };
}

/** What a refusal has to name; nothing where the model is to be the same. */
function mustBeTold({ form, original, prefix, extra, wrapped }: Rearrangement): string[] {
  const isTorch = ['pytorch_model.bin', 'torch shards', 'weights.pth'].includes(form);
  if (form === 'weights.safetensors') return ['weights.safetensors'];
  if (isTorch && wrapped === 'model_state_dict') return ['model_state_dict'];
  if (form === 'weights.pth' && !original) return ['weights.pth'];
  const told = ['lora_A', 'SCB', 'qformer'].includes(extra) ? [extra] : [];
  // transformers strips `blip.`; what stands before the names of the original code is stripped whatever it is.
  return told.length === 0 && !original && !['', 'blip.'].includes(prefix) ? [prefix] : told;
}

test('a checkpoint that was rearranged gives the same model, or a refusal that names what was done to it', async () => {
  await fc.assert(
    fc.asyncProperty(rearrangement, async (how) => {
      const checkpoint = await modelFolder({ ...files, ...filesOf(how) });
      const told = mustBeTold(how);
      const warnings: string[] = [];
      const print = modelPrint({ checkpoint }, (warning) => warnings.push(warning));
      if (told.length > 0) {
        const error = await print.then(
          () => expect.unreachable('it was taken'),
          (error: unknown) => error,
        );
        expect(error).toBeInstanceOf(ModelError);
        for (const word of told) expect((error as ModelError).message.replaceAll(checkpoint, '')).toContain(word);
      } else {
        expect(await print).toEqual(expected);
        expect(warnings.length).toBe(how.extra === 'pooler' ? 1 : 0);
      }
      await removeModelFolders();
    }),
    { numRuns: 100, seed: 20_260, endOnFailure: true },
  );
});
