/** One measurement of a model, in a process of its own. */

import { writeFile } from 'node:fs/promises';
import { CaptionModel, type Precision, prepareModel } from '@blipq/blip';
import { answer } from './ask-process.js';
import { newTokens } from './bench-options.js';
import { readNoiseImages } from './noise-images.js';
import { processMemory } from './process-memory.js';

export interface ModelOrder {
  checkpoint: string;
  cacheDir: string;
  precision: Precision;
  threads: number;
  images: string;
  batch: number;
  beams: number;
  /** Runs that are timed; one image before them warms up. */
  runs: number;
  /** Where the image embeddings go, float32 [batch, N, D]; nowhere if missing. */
  embeds?: string;
}

export interface ModelReport {
  /** From the start of the process until the model could caption, graphs being built. */
  readyMs: number;
  /** Of each run, for the whole batch. */
  encodeMs: number[];
  decodeMs: number[];
  /** CPU time of all threads. */
  cpuMs: number[];
  memory: { anonymous: number; file: number };
  /** Of each image, bos included. */
  tokenIds: number[][];
}

answer(async (order: ModelOrder): Promise<ModelReport> => {
  const { threads, batch, beams, runs } = order;
  const model = await CaptionModel.load(await prepareModel(order), { threads });
  // Counted from the start of the process.
  const readyMs = performance.now();

  const params = { minNewTokens: newTokens, maxNewTokens: newTokens, numBeams: beams };
  const images = await readNoiseImages(order.images, batch);
  const rows = images.map((pixels) => ({ pixels, prompt: null, params }));
  await model.caption(rows.slice(0, 1));
  const report: ModelReport = { readyMs, encodeMs: [], decodeMs: [], cpuMs: [], memory: processMemory(), tokenIds: [] };
  for (let run = 0; run < runs; run++) {
    const cpuFrom = process.cpuUsage();
    const { captions, encodeMs, decodeMs } = await model.caption(rows);
    const { user, system } = process.cpuUsage(cpuFrom);
    report.cpuMs.push((user + system) / 1000);
    report.encodeMs.push(encodeMs);
    report.decodeMs.push(decodeMs);
    report.tokenIds = captions.map(({ tokenIds }) => tokenIds);
  }
  report.memory = processMemory();
  if (order.embeds !== undefined) await writeFile(order.embeds, await encodeAll(model, images));
  return report;
});

async function encodeAll({ encoder }: CaptionModel, images: readonly Uint8Array[]): Promise<Buffer> {
  const parts = [];
  for (const image of images) parts.push(Buffer.from(new Uint8Array((await encoder.encode(image)).embeds.data.buffer)));
  return Buffer.concat(parts);
}
