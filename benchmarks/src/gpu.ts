/**
 * Checks fp16 against transformers' captions on a GPU and measures it, from a folder that `npm run bench:gpu` prepared, in
 * ten minutes at most and without a network: `FOLDER/run [--batches 1,8,32] [--workers 1,2,4]`. Prints Markdown, and ends
 * with 1 where fp16 is too far from the captions. `--device cpu` does the same without a GPU.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Device } from '@blipq/blip';
import type { GpuPlan } from './gpu-data.js';
import { describeGpu, migDevices, startMps } from './gpu-devices.js';
import type { BatchSample, GoldenReport, LoadShare } from './gpu-process.js';
import { askPyTorch, type PyTorchReport } from './gpu-pytorch.js';
import { gpuMarkdown } from './gpu-report.js';
import { GpuWorker } from './gpu-worker.js';

export interface LoadFigures {
  /** How the workers share the device. */
  sharing: string;
  workers: number;
  captionsPerS: number;
}
export interface GpuFigures {
  gpu: string;
  precision: string;
  goldens: (GoldenReport & { name: string })[];
  shapes: { name: string; blipq: BatchSample[]; pytorch: PyTorchReport; loads: LoadFigures[] }[];
  /** What was left out, and why. */
  notes: string[];
  seconds: number;
}

/** Of the captions, as many must be transformers'; the others are near-ties that half precision decides otherwise. */
const sameMin = 0.9;
/** Of a token's log-probability. */
const driftMax = 0.2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', default: 'cuda' },
    batches: { type: 'string', default: '1,8,32' },
    workers: { type: 'string', default: '1,2,4' },
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '5' },
    limit: { type: 'string', default: '570' },
  },
});
const numbers = (list: string) => list.split(',').map(Number);
const folder = resolve(positionals[0] ?? '.');
const device = values.device as Device;
const threads = availableParallelism();
const endMs = performance.now() + 1000 * Number(values.limit);
const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as GpuPlan;
const images = join(folder, plan.images);
const figures: GpuFigures = {
  ...{ gpu: device === 'cuda' ? describeGpu() : 'none: on the CPU', precision: plan.precision },
  ...{ goldens: [], shapes: [], notes: [], seconds: 0 },
};

for (const { name, graphs, cases } of plan.goldens) {
  const placed = cases.map((one) => ({ ...one, pixels: join(folder, one.pixels) }));
  const report = await timely(`${name}, captions of transformers`, () =>
    alone<GoldenReport>(graphs, { kind: 'goldens', cases: placed }),
  );
  if (report !== undefined) figures.goldens.push({ name, ...report });
}
for (const { name, graphs, checkpoint } of plan.shapes) {
  const [batches, runs] = [numbers(values.batches), Number(values.runs)];
  const measure = () => alone<BatchSample[]>(graphs, { kind: 'batches', images, batches, runs });
  // Before and after PyTorch: a device that slows down as it warms slows both.
  const before = (await timely(`${name}, batches`, measure)) ?? [];
  const order = { checkpoint: join(folder, checkpoint), images, batches, runs, device };
  const pytorch = (await timely(`${name}, PyTorch`, () => askPyTorch(folder, order, endMs))) ?? {};
  const after = (await timely(`${name}, batches again`, measure)) ?? [];
  const loads = (await timely(`${name}, workers side by side`, () => sharedLoads(graphs))) ?? [];
  figures.shapes.push({ name, blipq: [...before, ...after], pytorch, loads });
}
figures.seconds = performance.now() / 1000;
console.log(gpuMarkdown(figures));
const total = (of: (report: GoldenReport) => number) => figures.goldens.reduce((sum, report) => sum + of(report), 0);
const isClose =
  total(({ same }) => same) >= sameMin * total(({ cases }) => cases) &&
  figures.goldens.every(({ drift }) => drift <= driftMax);
if (figures.goldens.length < plan.goldens.length || !isClose) process.exitCode = 1;

/** Does one part of the work, if there is time, and notes why there are no figures of it. */
async function timely<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  console.error(what);
  try {
    if (performance.now() > endMs) throw new Error('no time was left');
    return await work();
  } catch (error) {
    figures.notes.push(`${what}: ${(error as Error).message}`);
    return undefined;
  }
}

async function alone<Report>(graphs: string, work: ConstructorParameters<typeof GpuWorker>[0]['work']) {
  const worker = new GpuWorker({ graphs: join(folder, graphs), device, threads, work }, endMs);
  await worker.ready;
  return await worker.go<Report>();
}

/** Captions per second of several workers: on the device as it is, under MPS, and one in each slice that MIG has made. */
async function sharedLoads(graphs: string): Promise<LoadFigures[]> {
  const loads: LoadFigures[] = [];
  const add = async (sharing: string, envs: NodeJS.ProcessEnv[]) => {
    loads.push({ sharing, workers: envs.length, captionsPerS: await captionsPerS(graphs, envs) });
  };
  const counts = numbers(values.workers);
  for (const count of counts) await add('in turn', Array(count).fill({}));
  if (device === 'cpu') return loads;
  const slices = migDevices();
  if (slices.length > 0)
    await add(
      'MIG',
      slices.map((slice) => ({ CUDA_VISIBLE_DEVICES: slice })),
    );
  const mps = slices.length === 0 ? startMps() : undefined;
  if (mps === undefined)
    figures.notes.push('MPS: not measured, as the device has slices or its control daemon cannot start');
  try {
    for (const count of mps ? counts.filter((one) => one > 1) : []) await add('MPS', Array(count).fill(mps!.env));
  } finally {
    mps?.stop();
  }
  return loads;
}

async function captionsPerS(graphs: string, envs: NodeJS.ProcessEnv[]): Promise<number> {
  const work = { kind: 'load', images, batch: 8, seconds: Number(values.seconds) } as const;
  const each = Math.max(1, Math.floor(threads / envs.length));
  const order = { graphs: join(folder, graphs), device, threads: each, work };
  const workers = envs.map((env) => new GpuWorker(order, endMs, env));
  await Promise.all(workers.map(({ ready }) => ready));
  const shares = await Promise.all(workers.map((worker) => worker.go<LoadShare>()));
  return shares.reduce((sum, { captions, seconds }) => sum + captions / seconds, 0);
}
