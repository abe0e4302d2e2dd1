import type { Precision } from '@blipq/blip';
import type { Agreement } from './agreement.js';
import type { BuildFigures } from './built-model.js';
import type { CpuNoise } from './cpu-noise.js';
import type { EngineReport } from './engine-process.js';
import { encoderFlops } from './flops.js';
import type { Machine } from './machine.js';
import { median } from './median.js';
import type { Peak } from './peak-process.js';
import type { ProcessMemory } from './process-memory.js';
import type { ShapeName } from './random-checkpoint.js';

export type BenchPrecision = Precision | 'bf16';

export type EngineName = 'BlipQ' | 'PyTorch' | 'torch.compile' | 'OpenVINO' | 'onnxruntime';

/** What is measured: one engine captioning batches of one size in one way. */
export interface Configuration {
  engine: EngineName;
  precision: BenchPrecision;
  batch: number;
  beams: number;
}

/** One run; times of one image of its batch, in ms. */
export interface Sample {
  encodeMs: number;
  decodeMs: number;
  /** CPU time of all threads: others on the CPUs lengthen it least. */
  cpuMs: number;
}

/** What a configuration gave in one round. */
export interface Turn {
  samples: Sample[];
  memory: ProcessMemory;
  /** From the start of a process until its model could caption, graphs being built. */
  readyMs: number | null;
}

/** Medians over all runs of all rounds. */
export interface Result extends Configuration {
  encodeMs: number;
  decodeMs: number;
  secondsPerCaption: number;
  /** CPU time of all threads for one caption. */
  cpuSeconds: number;
  /** Of the single runs. */
  secondsMin: number;
  secondsMax: number;
  tokensPerSecond: number;
  encoderFlopsPerSecond: number;
  memory: ProcessMemory;
  readyMs: number | null;
}

export interface Build extends BuildFigures {
  precision: BenchPrecision;
}

/** Everything measured of one size of BLIP. */
export interface ShapeReport {
  shape: ShapeName;
  builds: Build[];
  results: Result[];
  /** How close each engine and precision comes to full precision; empty without peers. */
  agreements: Agreement[];
  /** Of the peers, by engine. */
  versions: Record<string, Record<string, string>>;
}

export interface BenchReport {
  machine: Machine;
  threads: number;
  newTokens: number;
  rounds: number;
  /** Operations per second. */
  peak: Peak;
  shapes: ShapeReport[];
  engine: { demo: EngineReport; batch: (EngineReport & { shape: ShapeName; batch: number }) | null };
  noise: CpuNoise;
  seconds: number;
}

export function summarise(
  shape: ShapeName,
  newTokens: number,
  configuration: Configuration,
  turns: readonly Turn[],
): Result {
  const samples = turns.flatMap((turn) => turn.samples);
  const seconds = samples.map(({ encodeMs, decodeMs }) => (encodeMs + decodeMs) / 1000);
  const encodeMs = median(samples.map((sample) => sample.encodeMs));
  const readyMs = turns.flatMap((turn) => turn.readyMs ?? []);
  return {
    ...configuration,
    encodeMs,
    decodeMs: median(samples.map((sample) => sample.decodeMs)),
    secondsPerCaption: median(seconds),
    cpuSeconds: median(samples.map(({ cpuMs }) => cpuMs)) / 1000,
    secondsMin: Math.min(...seconds),
    secondsMax: Math.max(...seconds),
    tokensPerSecond: newTokens / median(seconds),
    encoderFlopsPerSecond: encoderFlops(shape) / (encodeMs / 1000),
    memory: {
      anonymous: median(turns.map(({ memory }) => memory.anonymous)),
      file: median(turns.map(({ memory }) => memory.file)),
    },
    readyMs: readyMs.length === 0 ? null : median(readyMs),
  };
}

/** The result of a configuration, of those that there are. */
export function find(results: readonly Result[], wanted: Partial<Configuration>): Result | undefined {
  return results.find((result) =>
    Object.entries(wanted).every(([key, value]) => result[key as keyof Configuration] === value),
  );
}
