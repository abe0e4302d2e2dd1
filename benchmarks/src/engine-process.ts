/** What the engine around a model costs the process that owns it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Precision } from '@blipq/blip';
import { Engine } from '@blipq/engine';
import { answer } from './ask-process.js';
import { newTokens } from './bench-options.js';
import { percentile } from './median.js';

export interface EngineOrder {
  checkpoint: string;
  cacheDir: string;
  precision: Precision | 'auto';
  threads: number;
  /** Rows given to the engine at once. */
  batch: number;
  /** How often that is done. */
  repeats: number;
}

export interface EngineReport {
  precision: Precision;
  /** From `start` until `ready`, graphs being built. */
  readyMs: number;
  /** What a caption took beyond the model's own time. */
  overheadP50Ms: number;
  overheadP99Ms: number;
  /** The model's own time. */
  modelP50Ms: number;
  batchSizes: number[];
  /** Of the process that owns the engine, while batches ran; 1 ms is the clock's own. */
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
}

const silent = { debug() {}, info() {}, warn() {} };

answer(async ({ batch, repeats, ...order }: EngineOrder): Promise<EngineReport> => {
  const engine = new Engine({ ...order, device: 'cpu', batchMax: batch, batchDeadlineMs: 600_000, logger: silent });
  const startedMs = performance.now();
  await engine.start();
  const readyMs = performance.now() - startedMs;

  const { imageSize, precision } = engine.facts;
  const params = { minNewTokens: newTokens, maxNewTokens: newTokens };
  // Not the same images again and again: what was just copied is copied faster.
  const row = (index: number) => {
    const pixels = new Uint8Array(imageSize * imageSize * 3).map((_, at) => (at * (index + 7)) % 251);
    return { pixels, prompt: null, params };
  };
  const rows = Array.from({ length: Math.max(batch, 8) }, (_, index) => row(index));
  const overheadsMs: number[] = [];
  const modelMs: number[] = [];
  const batchSizes = new Set<number>();
  const timed = async (index: number) => {
    const from = performance.now();
    const { encodeMs, decodeMs, batchSize } = await engine.caption(rows[index % rows.length]!);
    overheadsMs.push(performance.now() - from - encodeMs - decodeMs);
    modelMs.push(encodeMs + decodeMs);
    batchSizes.add(batchSize);
  };
  const once = (turn: number) => Promise.all(Array.from({ length: batch }, (_, index) => timed(turn * batch + index)));

  await once(0);
  overheadsMs.length = 0;
  modelMs.length = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let turn = 0; turn < repeats; turn++) await once(turn);
  delay.disable();
  await engine.stop();
  return {
    precision,
    readyMs,
    overheadP50Ms: percentile(overheadsMs, 0.5),
    overheadP99Ms: percentile(overheadsMs, 0.99),
    modelP50Ms: percentile(modelMs, 0.5),
    batchSizes: [...batchSizes],
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    loopDelayMaxMs: delay.max / 1e6,
  };
});
