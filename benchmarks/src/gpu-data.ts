/**
 * What `gpu.ts` measures, in a folder that needs no network afterwards: `node dist/gpu-data.js FOLDER [--shapes base,large]
 * [--precision fp16] [--references caption,caption-tied-fp16]`. Checkpoints of random weights in BLIP's sizes, or the bundled
 * model (`demo`), the checkpoints of test/reference with pixels and transformers' captions of them, the graphs of all, and
 * images of noise.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type GenerationParams, type Precision, prepareModel } from '@blipq/blip';
import sharp from 'sharp';
import { writeNoiseImages } from './noise-images.js';
import { randomCheckpoint, type ShapeName } from './random-checkpoint.js';

/** A caption that transformers made in fp32. */
export interface GoldenCase {
  /** File of uint8 [S, S, 3], below the folder. */
  pixels: string;
  prompt: string | null;
  params: GenerationParams;
  ids: number[];
  /** Greedy searches have these. */
  logprobs?: number[];
}

/** Paths are below the folder. */
export interface GpuPlan {
  precision: Precision;
  goldens: { name: string; graphs: string; cases: GoldenCase[] }[];
  shapes: { name: string; graphs: string; checkpoint: string }[];
  images: string;
}

interface ReferenceCase {
  image: string;
  prompt: string | null;
  params: Record<string, unknown>;
  ids: number[];
  token_logprobs?: number[];
}

const reference = fileURLToPath(new URL('../../test/reference/', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shapes: { type: 'string', default: 'base,large' },
    precision: { type: 'string', default: 'fp16' },
    references: { type: 'string', default: 'caption,caption-tied-fp16' },
  },
});
const folder = resolve(positionals[0] ?? '.');
const precision = values.precision as Precision;
const names = (list: string) => list.split(',').filter((name) => name !== '');

await mkdir(join(folder, 'pixels'), { recursive: true });
const all = JSON.parse(await readFile(join(reference, 'goldens.json'), 'utf8')) as Record<string, ReferenceCase[]>;
const plan: GpuPlan = { precision, goldens: [], shapes: [], images: relative(folder, await writeNoiseImages(folder)) };
for (const name of names(values.references)) {
  const cases = await Promise.all(all[name]!.map(goldenCase));
  plan.goldens.push({ name, graphs: await graphsOf(join(reference, name)), cases });
}
for (const name of names(values.shapes)) {
  const checkpoint = name === 'demo' ? await bundledModel() : await randomCheckpoint(name as ShapeName, folder);
  plan.shapes.push({ name, graphs: await graphsOf(checkpoint), checkpoint: relative(folder, checkpoint) });
}
await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));

async function bundledModel(): Promise<string> {
  const copy = join(folder, 'demo');
  await cp(fileURLToPath(new URL('../../models/demo', import.meta.url)), copy, { recursive: true });
  return copy;
}

/** Built for the CPU, on which they can be checked; a session puts the same graphs on a GPU. */
async function graphsOf(checkpoint: string): Promise<string> {
  console.error(`${basename(checkpoint)}: graphs in ${precision}`);
  const cacheDir = join(folder, 'graphs');
  return relative(folder, await prepareModel({ checkpoint, cacheDir, precision, threads: cpus().length }));
}

async function goldenCase({ image, prompt, params, ids, token_logprobs }: ReferenceCase): Promise<GoldenCase> {
  const pixels = join('pixels', `${basename(image, '.png')}.rgb`);
  await writeFile(join(folder, pixels), await sharp(join(reference, image)).removeAlpha().raw().toBuffer());
  // transformers' names are ours with underscores.
  const ours = Object.entries(params).map(([name, value]) => [
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  const given = { minNewTokens: 0, ...Object.fromEntries(ours) } as GenerationParams;
  return { pixels, prompt, params: given, ids, ...(token_logprobs && { logprobs: token_logprobs }) };
}
