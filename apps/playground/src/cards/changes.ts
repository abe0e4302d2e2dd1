/** Something whose readers want to know when it has changed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
