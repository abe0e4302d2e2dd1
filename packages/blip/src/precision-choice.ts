import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Precision, precisions } from './model/weight-format.js';
import { type CpuKind, optimizedFolder } from './optimized-graphs.js';
import type { Speeds } from './speed-trial.js';

/** The precision that `auto` took on a kind of CPU, and why. Kept beside the graphs that are optimised for that kind. */
const precisionChoice = z.object({
  precision: z.enum(precisions),
  /** How many times as fast as fp32 each was, in a trial on the machine that chose. */
  speeds: z.partialRecord(z.enum(precisions), z.number().positive()),
  /** Those that are faster and too far from fp32. */
  refused: z.array(z.enum(precisions)),
  /** Threads of the trial. */
  threads: z.int().positive(),
});
export type PrecisionChoice = z.infer<typeof precisionChoice>;

const choiceFile = 'choice.json';

/** A precision that is further from fp32 than another has to be faster by so much: less is within a trial's noise. */
const GAIN = 1.05;

/** What a CPU can be served in, closest to fp32 first. Weights of seven bits gain nothing where eight do not saturate. */
export function cpuPrecisions(int8Saturates: boolean): Precision[] {
  return ['fp32', 'int8-decoder', 'int8', ...(int8Saturates ? (['int7'] as const) : [])];
}

/** Precisions, given closest to fp32 first, in the order in which to try them, down to fp32. */
export function fastestFirst(candidates: readonly Precision[], speeds: Speeds): Precision[] {
  const order: Precision[] = [];
  let rest = candidates.filter((precision) => speeds[precision] !== undefined);
  while (order.at(-1) !== 'fp32' && rest.length > 0) {
    const best = rest.reduce((one, other) => (speeds[other]! >= GAIN * speeds[one]! ? other : one));
    order.push(best);
    rest = rest.filter((precision) => precision !== best);
  }
  return order;
}

export function describeChoice({ precision, speeds, refused }: PrecisionChoice): string {
  const timed = Object.entries(speeds)
    .filter(([each]) => each !== 'fp32')
    .map(([each, speed]) => `${each} ${speed.toFixed(2)}`);
  const far = refused.length === 0 ? '' : `; too far from fp32: ${refused.join(', ')}`;
  return `auto took ${precision} (times as fast as fp32 on this kind of CPU: ${timed.join(', ')}${far})`;
}

/** The choice that was made on CPUs of this kind in favour of a built folder's precision, if it was. */
export async function readChoice(folder: string, cpu: CpuKind): Promise<PrecisionChoice | undefined> {
  const text = await readFile(join(optimizedFolder(folder, cpu), choiceFile), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return precisionChoice.parse(JSON.parse(text));
  } catch {
    // Damaged, or of a version that kept others: the trial is run again.
    return undefined;
  }
}

/** Keeps a choice where the folder's graphs are kept for this kind of CPU. Rejects where they are not. */
export async function writeChoice(folder: string, cpu: CpuKind, choice: PrecisionChoice): Promise<void> {
  const path = join(optimizedFolder(folder, cpu), choiceFile);
  const passing = `${path}.${process.pid}`;
  await writeFile(passing, `${JSON.stringify(choice, null, 2)}\n`);
  await rename(passing, path);
}
