import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withTemporary } from './build-folder.js';
import { runBuildJob } from './build-job.js';
import type { BlipConfig } from './checkpoint/config.js';
import type { Precision } from './model/weight-format.js';
import { readModelFacts } from './model-facts.js';
import { thisCpu } from './optimized-graphs.js';
import { cpuHasInt8Instructions, describeCheck } from './precision.js';
import { cpuPrecisions, fastestFirst, type PrecisionChoice, readChoice, writeChoice } from './precision-choice.js';
import { lengthening, type Speeds, shortened, type Trials } from './speed-trial.js';

/** A model that can be built in any precision. */
export interface Buildable {
  readonly name: string;
  readonly config: BlipConfig;
  readonly cacheDir: string;
  readonly threads: number;
  /** Where the graphs of a precision are, once they are built. */
  folderOf(precision: Precision): string;
  /** Builds the graphs, with their check against fp32, and their form for this CPU, where they are not there yet. */
  build(precision: Precision): Promise<string>;
  /** Writes the graphs of the model's first layers into a folder. */
  write(folder: string, precision: Precision, config: BlipConfig): Promise<void>;
  onProgress?: (() => void) | undefined;
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Builds a model in the precision that is fastest on this machine's CPU of those that are close enough to fp32. Which one
 * is fastest is measured once for each kind of CPU and kept; a kind never takes over what another one measured.
 */
export async function buildFastestForCpu(
  model: Buildable,
): Promise<{ folder: string; choice: PrecisionChoice | undefined }> {
  const cpu = await thisCpu();
  const candidates = cpuPrecisions(cpu.int8Saturates);
  for (const folder of candidates.map(model.folderOf)) {
    const choice = await readChoice(folder, cpu);
    if (choice !== undefined && model.folderOf(choice.precision) === folder) return { folder, choice };
  }
  const speeds = await trial(model, candidates);
  const order = speeds === undefined ? usualOrder(model) : fastestFirst(candidates, speeds);
  const refused: Precision[] = [];
  for (const precision of order) {
    const folder = await model.build(precision);
    const { check } = await readModelFacts(folder);
    if (check !== null && !check.passed) {
      refused.push(precision);
      model.onWarning?.(
        `${model.name} does not run in ${precision}, which is too far from fp32: ${describeCheck(check)}`,
      );
      continue;
    }
    if (speeds === undefined) return { folder, choice: undefined };
    const choice = { precision, speeds, refused, threads: model.threads };
    // A cache that cannot keep it has been warned about; the next start measures again.
    await writeChoice(folder, cpu, choice).catch(() => {});
    return { folder, choice };
  }
  throw new Error('fp32, the last precision to be tried, has no check that it could fail');
}

/** Where nothing can be measured, what is built already goes first: it may be all that there can be. */
function usualOrder({ folderOf }: Buildable): Precision[] {
  const usual: Precision[] = cpuHasInt8Instructions() ? ['int8', 'fp32'] : ['fp32'];
  return usual.toSorted((one, other) => Number(existsSync(folderOf(other))) - Number(existsSync(folderOf(one))));
}

/** Times the candidates; undefined, with a warning, where that cannot be done for want of disk or memory. */
async function trial(model: Buildable, candidates: readonly Precision[]): Promise<Speeds | undefined> {
  const { cacheDir, threads, onProgress, config } = model;
  const short = shortened(config);
  try {
    return await withTemporary(cacheDir, async (folder) => {
      const trials: Trials = {};
      for (const precision of candidates) {
        trials[precision] = join(folder, precision);
        await model.write(trials[precision], precision, short);
      }
      return await runBuildJob({ type: 'time', trials, lengthening: lengthening(config), threads }, onProgress);
    });
  } catch (error) {
    model.onWarning?.(`which precision is fastest here cannot be measured: ${(error as Error).message}`);
    return undefined;
  }
}
