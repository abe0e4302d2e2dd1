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
 * The attempts that a worker began, those in hand and the latest that are over. A Redis that comes back with an older
 * state may count some of the latter as in hand: only the worker knows that it did not die of them.
 */
export class PastAttempts {
  readonly #inHand = new Map<string, PastAttempt>();
  readonly #over = new Map<string, PastAttempt>();

  begin(attempt: PastAttempt): void {
    this.#inHand.set(nameOf(attempt), attempt);
  }

  end(attempt: PastAttempt): void {
    const name = nameOf(attempt);
    if (!this.#inHand.delete(name)) return;
    this.#over.set(name, attempt);
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
