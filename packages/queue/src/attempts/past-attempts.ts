import type { Records } from './records.js';

/** Attempts that are remembered: some minutes of a fast worker's, days of a slow one's. */
const rememberedMax = 10_000;
/** Those that Redis is asked about in one step. */
const askedAtOnce = 500;

export interface PastAttempt {
  id: string;
  /** Of the lock under which it was made. */
  token: string;
}

/**
 * The latest attempts of a worker that are over. A Redis that comes back with an older state may count some of them as in
 * hand: only the worker knows that it did not die of them.
 */
export class PastAttempts {
  readonly #over = new Map<string, PastAttempt>();

  /** It is in hand: the same work may come back under the same token. */
  begin(attempt: PastAttempt): void {
    this.#over.delete(nameOf(attempt));
  }

  end(attempt: PastAttempt): void {
    this.#over.set(nameOf(attempt), attempt);
    if (this.#over.size > rememberedMax) this.#over.delete(this.#over.keys().next().value!);
  }

  /** Those that are over and that the records say are in hand. */
  async undone(records: Records): Promise<PastAttempt[]> {
    const over = [...this.#over.values()];
    const undone: PastAttempt[] = [];
    for (let i = 0; i < over.length; i += askedAtOnce) {
      undone.push(...(await records.undone(over.slice(i, i + askedAtOnce))));
    }
    return undone;
  }
}

/** BullMQ uses a token for several jobs, and a job may have several tokens in its life. */
const nameOf = ({ id, token }: PastAttempt): string => `${id} ${token}`;
