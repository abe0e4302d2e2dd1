import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { buildFolder } from './build-folder.js';
import { writeGraphs } from './build-graphs.js';
import { runBuildJob } from './build-job.js';
import type { BlipTask } from './checkpoint/task.js';
import { buildFastestForCpu } from './fastest-build.js';
import type { Precision } from './model/weight-format.js';
import { ModelError } from './model-error.js';
import { graphsVersion, modelFacts, readModelFacts, writeModelFacts } from './model-facts.js';
import { optimizedFolder, thisCpu } from './optimized-graphs.js';
import { type Device, describeCheck, type PrecisionCheck } from './precision.js';
import type { PrecisionChoice } from './precision-choice.js';
import { noteUse, pruneGraphs } from './prune-graphs.js';
import { type OpenModel, readModel, revisionOf } from './read-model.js';

export interface PrepareProgress {
  readonly phase: 'hash' | 'encoder' | 'decoder' | 'matcher' | 'time' | 'check' | 'optimize';
  /** Of the files read or written in this phase; 0 where a phase has none. */
  readonly bytesDone: number;
}

export interface PrepareOptions {
  /** A folder with a model (docs/how-to/models.md has the forms), or with a LoRA adapter whose base is a folder too. */
  readonly checkpoint: string;
  /** The folder of a LoRA adapter to merge into `checkpoint`. */
  readonly adapter?: string | undefined;
  /** Where built graphs are kept, a folder for each content. */
  readonly cacheDir: string;
  /** Refuses checkpoints for other tasks; takes any where it is not given. */
  readonly task?: BlipTask;
  /** What users call the model; the folder's name where it is not given. */
  readonly name?: string;
  /** `auto` is the fastest of the device that is close enough to fp32 (see checkBounds). Default fp32. */
  readonly precision?: Precision | 'auto';
  /** What the graphs will run on (see chooseDevice). Default cpu. */
  readonly device?: Device;
  /** Threads for the runs that check and optimise graphs. Default 1. */
  readonly threads?: number;
  /** Removes graphs from the cache that nobody has used for so many days. Default 0: none. */
  readonly cacheDays?: number;
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Told which precision `auto` took on a CPU, and why. */
  readonly onChoice?: (choice: PrecisionChoice) => void;
  /** Told, in a sentence, what the operator should know. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Builds a checkpoint's graphs, unless that very content was built before, and returns their folder. The folder
 * appears whole or not at all: it is written under another name and renamed.
 *
 * @throws ModelError when the checkpoint is not a BLIP model that can be built, or there is no room for what is built
 */
export async function prepareModel(options: PrepareOptions): Promise<string> {
  const { device = 'cpu', precision = 'fp32', threads = 1 } = options;
  const model = await readModel(options);
  try {
    const build = await describeBuild(model, options);
    const folder = precision === 'auto' ? await buildFastest(build) : await buildPrecision(build, precision);
    if (device === 'cpu') await optimize(folder, threads, options);
    await noteUse(folder);
    await prune(options);
    return folder;
  } catch (error) {
    throw asCacheError(error, resolve(options.cacheDir));
  } finally {
    await model.checkpoint.close();
  }
}

/** What the operating system says about the cache folder (read-only, full, not ours) as a sentence for the operator. */
function asCacheError(error: unknown, cacheDir: string): unknown {
  const { code = '', path, syscall } = error as NodeJS.ErrnoException;
  // A write to an open file names no path, and mkdir the folder above that it stopped at.
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code);
  const isOurs = path !== undefined && (resolve(path).startsWith(cacheDir) || syscall === 'mkdir');
  if (!isFull && !isOurs) return error;
  const then = isFull ? 'free some space, or set' : 'set';
  return new ModelError(
    'cache_unwritable',
    `built graphs cannot be kept in ${cacheDir}: ${(error as Error).message}; ${then} BLIPQ_CACHE to another folder`,
    { cause: error },
  );
}

interface Build extends OpenModel {
  readonly name: string;
  readonly revision: string;
  readonly options: PrepareOptions;
}

async function describeBuild(model: OpenModel, options: PrepareOptions): Promise<Build> {
  const { base, adapter } = model.folders;
  const source = adapter ?? base;
  const { task } = model.config;
  if (options.task !== undefined && options.task !== task) {
    throw new ModelError(
      'checkpoint_refused',
      `${source} is a BLIP model for ${task.replaceAll('_', ' ')}, not for ${options.task.replaceAll('_', ' ')}`,
    );
  }
  return { ...model, name: options.name ?? basename(source), revision: await revisionOf(model, options), options };
}

/** The fastest precision of the device that is close enough to fp32. */
async function buildFastest(build: Build): Promise<string> {
  const { name, config, options } = build;
  const { device = 'cpu', threads = 1, cacheDir, onProgress, onWarning, onChoice } = options;
  if (device === 'cuda') return await buildFastestForCuda(build);
  const { folder, choice } = await buildFastestForCpu({
    ...{ name, config, cacheDir, threads, onWarning },
    onProgress: () => onProgress?.({ phase: 'time', bytesDone: 0 }),
    folderOf: (precision) => folderOf(build, precision),
    build: async (precision) => {
      const built = await buildPrecision(build, precision);
      await optimize(built, threads, options);
      return built;
    },
    write: async (target, precision, short) => {
      await mkdir(target);
      await writeModel(target, { ...build, config: short }, precision, null, 'time');
    },
  });
  if (choice !== undefined) onChoice?.(choice);
  return folder;
}

async function buildFastestForCuda(build: Build): Promise<string> {
  const folder = await buildPrecision(build, 'fp16');
  const { check } = await readModelFacts(folder);
  if (check === null || check.passed) return folder;
  build.options.onWarning?.(`${build.name} runs in fp32 because fp16 is too far from it: ${describeCheck(check)}`);
  return await buildPrecision(build, 'fp32');
}

function folderOf({ name, revision, options }: Build, precision: Precision): string {
  const { device = 'cpu', cacheDir } = options;
  const variant = device === 'cpu' ? precision : `${precision}-${device}`;
  return join(cacheDir, `${safeName(name)}-${revision}-${variant}-v${graphsVersion}`);
}

async function buildPrecision(build: Build, precision: Precision): Promise<string> {
  const { name, options } = build;
  const folder = folderOf(build, precision);
  await buildFolder(folder, async (temporary) => {
    await writeModel(temporary, build, precision, null);
    if (precision === 'fp32') return;
    const check = await checkPrecision(temporary, build);
    if (!check.passed && options.precision !== 'auto')
      options.onWarning?.(`${name} in ${precision} is far from fp32: ${describeCheck(check)}`);
    await writeModelFacts(temporary, factsOf(build, precision, check));
  });
  return folder;
}

/** Compares what was built in `folder` with the same model in full precision, built for the purpose. */
async function checkPrecision(folder: string, build: Build): Promise<PrecisionCheck> {
  const { device = 'cpu', threads = 1, onProgress } = build.options;
  const reference = join(folder, 'reference');
  await mkdir(reference);
  await writeModel(reference, build, 'fp32', null);
  const job = {
    type: 'compare',
    // A container that is large enough for int8 need not have room for a second copy of the weights in fp32.
    reference: { folder: reference, threads, frugal: true },
    candidate: { folder, threads, device },
  } as const;
  const check = await runBuildJob(job, () => onProgress?.({ phase: 'check', bytesDone: 0 }));
  await rm(reference, { recursive: true });
  return check;
}

async function writeModel(
  folder: string,
  build: Build,
  precision: Precision,
  check: PrecisionCheck | null,
  phase?: PrepareProgress['phase'],
): Promise<void> {
  const { config, checkpoint, options } = build;
  await writeGraphs(folder, config, checkpoint, precision, (part, bytesDone) =>
    options.onProgress?.({ phase: phase ?? part, bytesDone }),
  );
  await writeModelFacts(folder, factsOf(build, precision, check));
}

function factsOf(
  { name, revision, tokenizer, card, config, options }: Build,
  precision: Precision,
  check: PrecisionCheck | null,
) {
  const { device = 'cpu' } = options;
  return modelFacts({ model: name, revision, precision, device, check, card, ...tokenizer }, config);
}

/**
 * Once for each kind of CPU: a cache may be shared by machines that differ. A model whose optimised form cannot be stored,
 * in a cache that is read-only or full, is served as it was built.
 */
async function optimize(folder: string, threads: number, { onProgress, onWarning }: PrepareOptions): Promise<void> {
  const target = optimizedFolder(folder, await thisCpu());
  if (existsSync(target)) return;
  try {
    await buildFolder(target, async (temporary) => {
      const job = { type: 'optimize', folder, target: temporary, options: { threads } } as const;
      await runBuildJob(job, () => onProgress?.({ phase: 'optimize', bytesDone: 0 }));
    });
  } catch (error) {
    onWarning?.(
      `the graphs in ${folder} have no form optimised for this CPU, and none can be stored: ${(error as Error).message}; ` +
        'they are loaded as they were built, which takes longer and more memory',
    );
  }
}

async function prune({ cacheDir, cacheDays = 0, onWarning }: PrepareOptions): Promise<void> {
  if (cacheDays === 0) return;
  try {
    await pruneGraphs(cacheDir, { unusedDays: cacheDays });
  } catch (error) {
    onWarning?.(`graphs that nobody uses cannot be removed from ${cacheDir}: ${(error as Error).message}`);
  }
}

function safeName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '--');
}
