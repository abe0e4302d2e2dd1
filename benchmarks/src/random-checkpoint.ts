import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@blipq/test-servers';

/** The two published sizes of BLIP (configuration_blip.py and the Salesforce checkpoints). */
export const shapes = {
  base: { hiddenSize: 768, layers: 12, heads: 12 },
  large: { hiddenSize: 1024, layers: 24, heads: 16 },
} as const;

export type ShapeName = keyof typeof shapes;
export type BenchTask = 'captioning' | 'question_answering';

const text = { hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072, vocabSize: 30_524, positions: 512 };
export const imageSize = 384;
export const patchSize = 16;

const tokenizerFolder = fileURLToPath(new URL('../../test/reference/tokenizer/', import.meta.url));

/**
 * Writes a checkpoint of a published size, for captions or for questions, with random float32 weights, unless it is there already, and
 * returns its folder. What it says is nonsense; what it costs to say it is not.
 */
export async function randomCheckpoint(
  name: ShapeName,
  parent: string,
  task: BenchTask = 'captioning',
): Promise<string> {
  const folder = join(parent, task === 'captioning' ? `random-${name}` : `random-vqa-${name}`);
  if (existsSync(join(folder, 'model.safetensors'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(configOf(name, task), null, 2));
  await writeFile(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ size: { height: imageSize, width: imageSize } }),
  );
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(join(tokenizerFolder, file), join(folder, file));
  }
  await writeWeights(tensorShapes(name, task), join(folder, 'model.safetensors'));
  return folder;
}

function configOf(name: ShapeName, task: BenchTask) {
  const { hiddenSize, layers, heads } = shapes[name];
  return {
    architectures: [task === 'captioning' ? 'BlipForConditionalGeneration' : 'BlipForQuestionAnswering'],
    model_type: 'blip',
    text_config: { num_attention_heads: text.heads, num_hidden_layers: text.layers },
    vision_config: {
      hidden_size: hiddenSize,
      intermediate_size: hiddenSize * 4,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      image_size: imageSize,
      patch_size: patchSize,
    },
  };
}

type Shapes = [name: string, shape: number[]][];

function linear(name: string, out: number, input: number): Shapes {
  return [
    [`${name}.weight`, [out, input]],
    [`${name}.bias`, [out]],
  ];
}

function norm(name: string, size: number): Shapes {
  return [
    [`${name}.weight`, [size]],
    [`${name}.bias`, [size]],
  ];
}

function tensorShapes(name: ShapeName, task: BenchTask): Shapes {
  const { hiddenSize: d, layers } = shapes[name];
  const vision = Array.from({ length: layers }, (_, index) => `vision_model.encoder.layers.${index}`);
  const h = text.hiddenSize;
  const asks = task === 'question_answering';
  return [
    ['vision_model.embeddings.class_embedding', [1, 1, d]],
    ['vision_model.embeddings.position_embedding', [1, (imageSize / patchSize) ** 2 + 1, d]],
    ['vision_model.embeddings.patch_embedding.weight', [d, 3, patchSize, patchSize]],
    ['vision_model.embeddings.patch_embedding.bias', [d]],
    ...vision.flatMap((layer) => [
      ...norm(`${layer}.layer_norm1`, d),
      ...linear(`${layer}.self_attn.qkv`, 3 * d, d),
      ...linear(`${layer}.self_attn.projection`, d, d),
      ...norm(`${layer}.layer_norm2`, d),
      ...linear(`${layer}.mlp.fc1`, 4 * d, d),
      ...linear(`${layer}.mlp.fc2`, d, 4 * d),
    ]),
    ...norm('vision_model.post_layernorm', d),
    // Questions are read with the image in view; then it is only they that the decoder attends to.
    ...(asks ? bert('text_encoder', d) : []),
    ...bert('text_decoder.bert', asks ? h : d),
    ...linear('text_decoder.cls.predictions.transform.dense', h, h),
    ...norm('text_decoder.cls.predictions.transform.LayerNorm', h),
    ['text_decoder.cls.predictions.decoder.weight', [text.vocabSize, h]],
    ['text_decoder.cls.predictions.bias', [text.vocabSize]],
  ];
}

function bert(name: string, memorySize: number): Shapes {
  const h = text.hiddenSize;
  const layers = Array.from({ length: text.layers }, (_, index) => `${name}.encoder.layer.${index}`);
  return [
    [`${name}.embeddings.word_embeddings.weight`, [text.vocabSize, h]],
    [`${name}.embeddings.position_embeddings.weight`, [text.positions, h]],
    ...norm(`${name}.embeddings.LayerNorm`, h),
    ...layers.flatMap((layer) => [
      ...attention(`${layer}.attention`, h),
      ...attention(`${layer}.crossattention`, memorySize),
      ...linear(`${layer}.intermediate.dense`, text.intermediateSize, h),
      ...linear(`${layer}.output.dense`, h, text.intermediateSize),
      ...norm(`${layer}.output.LayerNorm`, h),
    ]),
  ];
}

function attention(name: string, memorySize: number): Shapes {
  const h = text.hiddenSize;
  return [
    ...linear(`${name}.self.query`, h, h),
    ...linear(`${name}.self.key`, h, memorySize),
    ...linear(`${name}.self.value`, h, memorySize),
    ...linear(`${name}.output.dense`, h, h),
    ...norm(`${name}.output.LayerNorm`, h),
  ];
}

/** One safetensors file, a tensor at a time, moved into place when it is whole. */
async function writeWeights(tensors: Shapes, path: string): Promise<void> {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of tensors) {
    const end = offset + 4 * elements(shape);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const normal = normalNoise(1 << 20);
  const file = await open(`${path}.part`, 'w');
  try {
    await file.write(Buffer.concat([length, json]));
    for (const [index, [name, shape]] of tensors.entries()) {
      const values = randomTensor(name, elements(shape), normal, index * 7919);
      await file.write(new Uint8Array(values.buffer));
    }
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

/** Normalisations near the identity, all else normal with a deviation of 0.02 as BLIP is initialised (× 2 to move outputs apart). */
function randomTensor(name: string, size: number, normal: Float32Array, start: number): Float32Array {
  const isScale = /norm\d?\.weight$/i.test(name);
  const deviation = isScale ? 0.1 : 0.04;
  // A stride that shares no factor with the table's length walks all of it before it repeats.
  const stride = 2 * (start % 1000) + 1;
  return Float32Array.from({ length: size }, (_, index) => {
    const noise = normal[(start + index * stride) % normal.length]! * deviation;
    return isScale ? 1 + noise : noise;
  });
}

/** Seeded standard-normal numbers (Box and Muller 1958). */
function normalNoise(size: number): Float32Array {
  const random = new Random(12345);
  /** Above 0, at most 1: zero has no logarithm. */
  const uniform = () => 1 - random.next();
  return Float32Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

function elements(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
