/** How often what lasts is logged again, in milliseconds. */
const remindMs = 60_000;
/** Kinds that are remembered. */
const kindsMax = 100;

/** Decides what is logged of something that happens again and again: the first time of its kind, then once a minute. */
export class Reminders {
  readonly #seen = new Map<string, { atMs: number; silent: number }>();

  /** How often it happened in silence since it was logged last; undefined when it is not to be logged now. */
  due(kind: string): number | undefined {
    const seen = this.#seen.get(kind);
    if (seen !== undefined && Date.now() - seen.atMs < remindMs) {
      seen.silent += 1;
      return undefined;
    }
    if (this.#seen.size >= kindsMax) this.#seen.clear();
    this.#seen.set(kind, { atMs: Date.now(), silent: 0 });
    return seen?.silent ?? 0;
  }

  /** All kinds are new again. */
  forget(): void {
    this.#seen.clear();
  }
}
