import { BatchLedger } from './batch-ledger.js';
import type { CaptionHistory, FaultHistory, History, Message, Sighting } from './history.js';
import { type Result, resultOf, type WorkView } from './result.js';

export const terminalStates = ['succeeded', 'failed', 'canceled', 'expired'];

/** Writes down what was promised and what was seen, and when. */
export class Ledger {
  readonly batches = new BatchLedger(() => this.now());
  readonly #began = performance.now();
  readonly #captions = new Map<string, CaptionHistory>();
  /** Of captions whose acknowledgement is still on its way, or that never were acknowledged. */
  readonly #early = new Map<string, Message[]>();
  readonly #rest: Omit<History, 'captions' | 'batches'> = {
    ...{ expected: [], identities: {}, faults: [], failedTries: [], refusals: [], oddities: [] },
    ...{ givenUp: [], collapses: [], leftovers: [] },
  };

  /** Milliseconds since the beginning of the run. */
  now(): number {
    return Math.round(performance.now() - this.#began);
  }

  acknowledged(
    id: string,
    asked: Pick<
      CaptionHistory,
      'request' | 'tenant' | 'round' | 'scene' | 'source' | 'kind' | 'sentAt' | 'timeoutS' | 'webhook'
    >,
    identity: string | null,
  ): void {
    if (!this.#captions.has(id)) {
      this.#captions.set(id, {
        ...{ id, ...asked, acknowledgedAt: this.now() },
        ...{ cancels: [], deletedAt: null, sightings: [], messages: this.#early.get(id) ?? [] },
      });
      this.#early.delete(id);
    }
    this.identified(identity, id);
  }

  /** @param identity a key, or an id that was put, if it was sent with one */
  identified(identity: string | null, id: string): void {
    if (identity !== null) this.#rest.identities[identity] = [...(this.#rest.identities[identity] ?? []), id];
  }

  saw(view: WorkView, by: Sighting['by']): void {
    const { id, state, version, attempt, error } = view;
    const sighting = { at: this.now(), by, state, version, attempt, result: resultOf(view) };
    this.#captions.get(id)?.sightings.push({ ...sighting, error: error?.code ?? null });
  }

  missed(id: string, state: 'missing' | 'expired_record', by: Sighting['by']): void {
    this.saw({ id, state, version: 0, attempt: 0, error: null }, by);
  }

  canceled(id: string, status: number): void {
    this.#captions.get(id)?.cancels.push({ at: this.now(), status });
  }

  deleted(id: string): void {
    const history = this.#captions.get(id);
    if (history !== undefined) history.deletedAt ??= this.now();
  }

  isDeleted(id: string): boolean {
    return (this.#captions.get(id)?.deletedAt ?? null) !== null;
  }

  heard(message: Message): void {
    const early = this.#early.get(message.subject) ?? [];
    const { messages } = this.#captions.get(message.subject) ?? { messages: early };
    messages.push(message);
    if (messages === early) this.#early.set(message.subject, early);
  }

  fault(fault: FaultHistory): void {
    this.#rest.faults.push(fault);
  }

  /** Whether Redis has lost what it did at that time. */
  isUndone(at: number): boolean {
    return this.#rest.faults.some(
      ({ undoneFrom, endedAt }) => undoneFrom !== undefined && at >= undoneFrom && at <= endedAt,
    );
  }

  expects(result: Result): void {
    this.#rest.expected.push(result);
  }

  failed(what: string, isLate = false): void {
    this.#rest.failedTries.push({ at: this.now(), what, ...(isLate && { isLate }) });
  }

  refused(tookMs: number, batch: boolean): void {
    this.#rest.refusals.push({ at: this.now(), tookMs: Math.round(tookMs), batch });
  }

  odd(what: string): void {
    this.#rest.oddities.push({ at: this.now(), what });
  }

  gaveUp(request: string): void {
    this.#rest.givenUp.push(request);
  }

  collapsed(what: string): void {
    this.#rest.collapses.push(what);
  }

  leftOver(what: string[]): void {
    this.#rest.leftovers.push(...what);
  }

  get ids(): string[] {
    return [...this.#captions.keys()];
  }

  of(id: string): CaptionHistory | undefined {
    return this.#captions.get(id);
  }

  history(): History {
    return { ...this.#rest, captions: [...this.#captions.values()], batches: this.batches.histories() };
  }
}
