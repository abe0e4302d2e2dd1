import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, readEmbeds } from './agreement.js';
import { askProcess } from './ask-process.js';
import type { BenchOptions } from './bench-options.js';
import type { BuiltModel } from './built-model.js';
import type { ModelOrder, ModelReport } from './model-process.js';
import { imageCount } from './noise-images.js';
import type { PeerModel } from './peer-model.js';
import type { BenchPrecision, Configuration, Turn } from './results.js';

/** Something that can be measured, over and over. */
export interface Contender {
  configuration: Configuration;
  measure(): Promise<Turn>;
}

/** Runs in one turn: short ones more often, because chance weighs more in them. */
function runsOf(batch: number): number {
  return batch === 1 ? 2 : 1;
}

interface Work {
  threads: number;
  images: string;
}

/** BlipQ's model: a fresh process for each turn, so that its memory is that of this configuration alone. */
export function blipqContender(configuration: Configuration, model: BuiltModel, work: Work): Contender {
  const { batch } = configuration;
  const order = modelOrder(configuration, model, work);
  return {
    configuration,
    measure: async () => {
      const report = await askProcess<ModelOrder, ModelReport>('model-process', order);
      const samples = report.encodeMs.map((encodeMs, run) => ({
        encodeMs: encodeMs / batch,
        decodeMs: report.decodeMs[run]! / batch,
        cpuMs: report.cpuMs[run]! / batch,
      }));
      return { samples, memory: report.memory, readyMs: report.readyMs };
    },
  };
}

function modelOrder(
  { batch, beams, precision }: Omit<Configuration, 'engine'>,
  { checkpoint, cacheDir }: BuiltModel,
  { threads, images }: Work,
): ModelOrder {
  const built = precision as ModelOrder['precision'];
  return { checkpoint, cacheDir, precision: built, threads, images, batch, beams, runs: runsOf(batch) };
}

export function peerContender(configuration: Configuration, model: PeerModel): Contender {
  const { batch } = configuration;
  return {
    configuration,
    measure: async () => {
      const runs = [];
      for (let run = 0; run < runsOf(batch); run++) runs.push(await model.caption(batch));
      const { memory } = runs.at(-1)!;
      return {
        samples: runs.map(({ encodeMs, decodeMs, cpuMs }) => ({
          encodeMs: encodeMs / batch,
          decodeMs: decodeMs / batch,
          cpuMs: cpuMs / batch,
        })),
        memory: { anonymous: memory.anon, file: memory.file },
        readyMs: null,
      };
    },
  };
}

/** All batches with greedy search, then beams at batch 1. */
export function blipqConfigurations(precision: BenchPrecision, { batches, beams }: BenchOptions): Configuration[] {
  const greedy = batches.map((batch) => ({ engine: 'BlipQ', precision, batch, beams: 1 }) as const);
  return beams > 1 ? [...greedy, { engine: 'BlipQ', precision, batch: 1, beams }] : greedy;
}

export function peerConfigurations(
  { engine, precision }: PeerModel,
  { batches, vsBatches }: BenchOptions,
): Configuration[] {
  return batches.filter((batch) => vsBatches.includes(batch)).map((batch) => ({ engine, precision, batch, beams: 1 }));
}

/** What BlipQ makes of the images. */
export async function blipqOutcome(
  precision: BenchPrecision,
  model: BuiltModel,
  work: Work & { folder: string },
): Promise<Outcome> {
  return await withEmbeds(work.folder, (embeds) => {
    const order = modelOrder({ precision, batch: imageCount, beams: 1 }, model, work);
    return askProcess<ModelOrder, ModelReport>('model-process', { ...order, embeds });
  });
}

/** What a peer makes of the images. */
export async function peerOutcome(model: PeerModel, folder: string): Promise<Outcome> {
  return await withEmbeds(folder, (embeds) => model.caption(imageCount, embeds));
}

async function withEmbeds(folder: string, run: (path: string) => Promise<{ tokenIds: number[][] }>): Promise<Outcome> {
  const path = join(folder, `embeds-${process.pid}.bin`);
  const { tokenIds } = await run(path);
  const embeds = await readEmbeds(path);
  await rm(path);
  return { tokenIds, embeds };
}

/**
 * Measures all contenders once in each round, every second round in reverse order: what disturbs the machine for a
 * while, or warms it, disturbs all of them.
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  rounds: number,
  onTurn: (round: number, configuration: Configuration, turn: Turn) => void,
): Promise<Turn[][]> {
  const turns: Turn[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [...contenders.keys()] : [...contenders.keys()].reverse();
    for (const index of order) {
      const { configuration, measure } = contenders[index]!;
      const turn = await measure();
      turns[index]!.push(turn);
      onTurn(round, configuration, turn);
    }
  }
  return turns;
}
