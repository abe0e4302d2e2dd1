import type { BatchHistory, BatchSighting } from './history.js';

/** What the API says of a batch, as far as anybody here is interested. */
export interface BatchView {
  id: string;
  state: string;
  refused: number;
  counts: Record<string, number>;
  items: { id: string | null; error: { code: string } | null }[];
}

/** Writes down what was promised of batches and what was seen of them, and when. */
export class BatchLedger {
  readonly #now: () => number;
  readonly #batches = new Map<string, BatchHistory>();
  /** By batch, of those that were never acknowledged, too. */
  readonly #messages = new Map<string, BatchHistory['messages']>();

  constructor(now: () => number) {
    this.#now = now;
  }

  acknowledged(
    view: BatchView,
    asked: Pick<BatchHistory, 'request' | 'tenant' | 'round' | 'sentAt' | 'webhook' | 'total'>,
  ): void {
    const { id, items } = view;
    if (!this.#batches.has(id)) {
      this.#batches.set(id, {
        ...{ id, ...asked, acknowledgedAt: this.#now() },
        accepted: items.flatMap((item) => item.id ?? []),
        refusals: items.flatMap(({ error }) => error?.code ?? []),
        ...{ sightings: [], messages: [] },
      });
    }
    this.saw(view, 'submit');
  }

  saw({ id, state, refused, counts }: BatchView, by: BatchSighting['by']): void {
    this.#batches.get(id)?.sightings.push({ at: this.#now(), by, state, refused, counts });
  }

  missed(id: string, by: BatchSighting['by']): void {
    this.saw({ id, state: 'missing', refused: 0, counts: {}, items: [] }, by);
  }

  heard({ id, state, refused, counts }: BatchView, message: { id: string; answered: number | null }): void {
    const told = { at: this.#now(), by: 'webhook' as const, state, refused, counts, ...message };
    this.#messages.set(id, [...(this.#messages.get(id) ?? []), told]);
  }

  of(id: string): BatchHistory | undefined {
    return this.#batches.get(id);
  }

  get ids(): string[] {
    return [...this.#batches.keys()];
  }

  histories(): BatchHistory[] {
    return [...this.#batches.values()].map((batch) => ({ ...batch, messages: this.#messages.get(batch.id) ?? [] }));
  }
}
