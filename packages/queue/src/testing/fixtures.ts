import { randomUUID } from 'node:crypto';
import { type CaptionParams, newCaptionId } from '@blipq/contracts';
import type { CaptionHandler, CaptionWorkResult, ServedTask } from '../attempts/work-handler.js';
import type { CaptionSubmission } from '../callers/submission.js';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** A namespace that no other test uses. */
export const freshNamespace = (): string => `test-${randomUUID()}`;

/** Resolved parameters. */
export const greedy: CaptionParams = {
  max_new_tokens: 20,
  min_new_tokens: 0,
  num_beams: 1,
  length_penalty: 1,
  early_stopping: false,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
};

export function submission(changes: Partial<CaptionSubmission> = {}): CaptionSubmission {
  return {
    id: newCaptionId(),
    model: 'demo',
    revision: 'r1',
    precision: 'fp32',
    prompt: 'a picture of',
    params: greedy,
    image: { width: 640, height: 480, format: 'png', sha256: 'ab'.repeat(32), bytes: 1234 },
    pixels: Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => i),
    ...changes,
  };
}

export function made(text: string): CaptionWorkResult {
  return {
    caption: { text, score: -0.5, tokens: [{ id: 7, logprob: -0.5 }] },
    inference: { encode_ms: 1.5, decode_ms: 2.5, batch_size: 2, device: 'cpu' },
    revision: 'r2',
    precision: 'fp32',
  };
}

/** What workers serve whose model `submission` asks for. */
export const serves = (): ServedTask<'captioning'> => ({ task: 'captioning', model: 'demo' });

/** For a Redis that is there: it may take as long to answer as a machine is busy. */
export const patient = { commandTimeoutMs: 120_000 };

/** A promise and its resolution, to hold something in a known place. */
export function latch<T = void>(): { promise: Promise<T>; open: (value: T) => void } {
  let open!: (value: T) => void;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** A handler that says when it has begun and goes on when it is told to. */
export function held(): { handler: CaptionHandler; begun: Promise<void>; finish: () => void } {
  const [begun, finish] = [latch(), latch()];
  const handler: CaptionHandler = async () => {
    begun.open();
    await finish.promise;
    return made('too late');
  };
  return { handler, begun: begun.promise, finish: () => finish.open() };
}
