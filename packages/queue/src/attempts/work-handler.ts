import type { ImageFacts, InferenceTimings, InputOf, ResultOf, Task } from '@blipq/contracts';

interface WorkBase {
  id: string;
  /** 1 for the first. */
  attempt: number;
  model: string;
  revision: string;
  image: ImageFacts;
  /** u8 [S, S, 3]. */
  pixels: Uint8Array;
  /** From its creation to the start of this attempt, on Redis's clock. */
  waitMs: number;
  /** An item of a batch. */
  inBatch: boolean;
}

/** One caption, answer or match to make: an image and what is asked about it. */
export type Work<T extends Task = Task> = WorkBase & InputOf[T];
export type CaptionWork = Work<'captioning'>;

export type WorkResult<T extends Task = Task> = ResultOf<T> & {
  inference: Omit<InferenceTimings, 'inference_ms'>;
  /** Of the model that made it. */
  revision: string;
  precision: string;
};
export type CaptionWorkResult = WorkResult<'captioning'>;

/** What a worker's model does, and its name. */
export interface ServedTask<T extends Task = Task> {
  task: T;
  model: string;
}

/**
 * Makes a caption. A `BlipqError` that is not retryable fails it at once; any other error is retried twice. The signal
 * aborts when the result is no longer wanted: the caption is canceled, the lock is lost, or the worker has no more time to
 * finish.
 */
export type WorkHandler<T extends Task = Task> = (work: Work<T>, signal: AbortSignal) => Promise<WorkResult<T>>;
export type CaptionHandler = WorkHandler<'captioning'>;
