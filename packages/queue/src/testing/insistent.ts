import type { CaptionResource } from '@blipq/contracts';
import { vi } from 'vitest';
import type { CaptionSubmission } from '../callers/submission.js';
import type { WorkQueue } from '../callers/work-queue.js';
import { submission } from './fixtures.js';

/** Asks a queue whose Redis may be away or slow until it answers. */
export class Insistent {
  readonly #queue: WorkQueue;

  constructor(queue: WorkQueue) {
    this.#queue = queue;
  }

  /** Returns the id. */
  async submit(changes: Partial<CaptionSubmission> = {}): Promise<string> {
    const one = submission(changes);
    await vi.waitFor(() => this.#queue.submit(one));
    return one.id;
  }

  async ended(id: string): Promise<CaptionResource> {
    const outcome = await vi.waitFor(() => this.#queue.wait(id, { timeoutMs: 120_000 }));
    if (outcome.status !== 'finished') throw new Error(`expected ${id} to finish, but it is ${outcome.status}`);
    return outcome.work;
  }
}
