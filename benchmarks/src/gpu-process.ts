/** A worker of the GPU benchmark: loads a model, warms up, says that it is ready, and on `go` does what it was told. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { CaptionModel, type Device } from '@blipq/blip';
import { newTokens } from './bench-options.js';
import type { GoldenCase } from './gpu-data.js';
import { readNoiseImages } from './noise-images.js';
import { processMemory } from './process-memory.js';

export interface GpuOrder {
  graphs: string;
  device: Device;
  threads: number;
  work:
    | { kind: 'goldens'; cases: GoldenCase[] }
    /** Each batch so often, in turn. */
    | { kind: 'batches'; images: string; batches: number[]; runs: number }
    /** One batch over and over. */
    | { kind: 'load'; images: string; batch: number; seconds: number };
}

export interface GoldenReport {
  cases: number;
  same: number;
  /** Largest difference of a token's log-probability, of the captions that are the same. */
  drift: number;
}
export interface BatchSample {
  batch: number;
  encodeMs: number;
  decodeMs: number;
  /** Of the whole device, after this run; null without a GPU. */
  deviceMb: number | null;
  residentMb: number;
}
export interface LoadShare {
  captions: number;
  seconds: number;
}
export type GpuReport = GoldenReport | BatchSample[] | LoadShare;

process.once('message', async ({ graphs, device, threads, work }: GpuOrder) => {
  const model = await CaptionModel.load(graphs, { device, threads });
  const run = { goldens, batches, load }[work.kind] as (work: GpuOrder['work']) => Promise<GpuReport>;
  if (work.kind !== 'goldens') {
    for (const batch of work.kind === 'load' ? [work.batch] : work.batches) await caption(work.images, batch);
  }
  process.once('message', async () => process.send!({ report: await run(work) }, () => process.disconnect()));
  process.send!({ ready: true });

  async function caption(images: string, batch: number) {
    const params = { minNewTokens: newTokens, maxNewTokens: newTokens };
    const bytes = 3 * model.facts.imageSize ** 2;
    const pixels = (await readNoiseImages(images, batch)).map((image) => image.subarray(0, bytes));
    return await model.caption(pixels.map((one) => ({ pixels: one, prompt: null, params })));
  }

  async function goldens({ cases }: Extract<GpuOrder['work'], { kind: 'goldens' }>): Promise<GoldenReport> {
    const report = { cases: cases.length, same: 0, drift: 0 };
    for (const { pixels, prompt, params, ids, logprobs = [] } of cases) {
      const { captions } = await model.caption([{ pixels: await readFile(pixels), prompt, params }]);
      const { tokenIds, tokenLogprobs } = captions[0]!;
      if (tokenIds.join() !== ids.join()) continue;
      report.same += 1;
      const drifts = logprobs.map((value, at) => Math.abs(value - tokenLogprobs[at]!));
      report.drift = Math.max(report.drift, ...drifts);
    }
    return report;
  }

  async function batches({ images, batches: sizes, runs }: Extract<GpuOrder['work'], { kind: 'batches' }>) {
    const samples: BatchSample[] = [];
    for (let turn = 0; turn < runs; turn++) {
      for (const batch of sizes) {
        const { encodeMs, decodeMs } = await caption(images, batch);
        const { anonymous, file } = processMemory();
        const deviceMb = device === 'cuda' ? usedMb() : null;
        samples.push({ batch, encodeMs, decodeMs, deviceMb, residentMb: (anonymous + file) / 1e6 });
      }
    }
    return samples;
  }

  async function load({ images, batch, seconds }: Extract<GpuOrder['work'], { kind: 'load' }>): Promise<LoadShare> {
    const began = performance.now();
    const elapsedS = () => (performance.now() - began) / 1000;
    let captions = 0;
    while (captions === 0 || elapsedS() < seconds) captions += (await caption(images, batch)).captions.length;
    return { captions, seconds: elapsedS() };
  }
});
process.once('disconnect', () => process.exit());

function usedMb(): number {
  const words = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  return Number.parseInt(execFileSync('nvidia-smi', words, { encoding: 'utf8' }), 10) * 1.048576;
}
