import type { DeviceChoice, Precision } from '@blipq/blip';
import type { BackoffOptions } from './backoff.js';
import type { EngineLogger } from './engine-logger.js';

/** Where a model is. */
export interface ModelLocation {
  /** Folder of a Hugging Face BLIP checkpoint. */
  checkpoint: string;
  /** Folder of a LoRA adapter to merge into the checkpoint. */
  adapter?: string;
  /** The model's name in its facts; the checkpoint decides when absent. */
  name?: string;
}

export interface EngineOptions {
  /**
   * Folder of a Hugging Face BLIP checkpoint, or what finds it. That is asked once, at the start: an engine process
   * that is restarted loads the very same model.
   */
  checkpoint: string | ((signal: AbortSignal) => Promise<ModelLocation>);
  /** Folder where built graphs are kept. */
  cacheDir: string;
  /** Days without use after which graphs are removed from there at a start; 0 (the default) keeps them. */
  cacheDays?: number;
  /** The name of a model whose `checkpoint` is a folder. */
  name?: string;
  /** Threads of all engine processes together. */
  threads: number;
  /** Number of engine processes, each of which has its share of the threads, at least one, and loads the model. Default 1. */
  engines?: number;
  /** What to compute in; `auto` (the default) is the fastest that is close enough to fp32. */
  precision?: Precision | 'auto';
  /** Where to compute; `auto` (the default) is a GPU where there is one. */
  device?: DeviceChoice;
  /** Most rows in one batch. */
  batchMax: number;
  /** How long a batch should take at most, in ms: it has fewer rows where they take long. Default: no bound. */
  batchMs?: number;
  /**
   * A batch that takes longer has hung, and the engine process is killed; see `BatchDeadline` for batches that have more
   * to do than an ordinary one, and for slow machines.
   */
  batchDeadlineMs: number;
  logger: EngineLogger;
  /** Silence that ends a start, in ms; progress of the build renews it. Opening a large model is silent for long. */
  startSilenceMs?: number;
  /** Silence that ends an idle engine process, in ms. Its heartbeats are ten times as frequent. */
  heartbeatSilenceMs?: number;
  /** How long `stop` waits for the batches in flight, in ms. */
  stopGraceMs?: number;
  /** Pauses before restarts, of each engine process. */
  backoff?: BackoffOptions;
  /** The program of the engine process: one that calls `serveEngine`. */
  entry?: URL;
}
