import { browserStorage } from './browser-storage.js';
import { type Card, isOpen } from './card.js';

/** Cards that are kept; older ones are forgotten. */
const keptMax = 100;

/**
 * Cards in this browser's storage, and nowhere else. Each is an entry of its own, so that tabs do not overwrite one
 * another's. Files are not kept, only their thumbnails.
 */
export class CardHistory {
  readonly #storage = browserStorage('localStorage');
  readonly #prefix: string;

  /** @param server whose cards they are */
  constructor(server: string) {
    this.#prefix = `blipq.playground.card ${new URL(server).pathname} `;
  }

  /** The oldest first. */
  read(): Card[] {
    return this.#keys().flatMap((key) => {
      try {
        return [JSON.parse(this.#storage.getItem(key)!) as Card];
      } catch {
        return [];
      }
    });
  }

  /** What has not reached the server yet could not go on without its file, and is not kept. */
  keep(card: Card): void {
    if (isOpen(card) && card.resource === undefined) return;
    const { source, ...rest } = card;
    // A data: URL is as large as its image.
    const url = typeof source === 'string' && !source.startsWith('data:') ? { source } : {};
    const text = JSON.stringify({ ...rest, ...url });
    for (const key of this.#keys().slice(0, -keptMax)) this.#storage.removeItem(key);
    try {
      this.#storage.setItem(this.#prefix + card.key, text);
    } catch {
      // The browser keeps no more: the older half goes.
      const keys = this.#keys();
      for (const key of keys.slice(0, Math.ceil(keys.length / 2))) this.#storage.removeItem(key);
    }
  }

  forget(key: string): void {
    this.#storage.removeItem(this.#prefix + key);
  }

  #keys(): string[] {
    return this.#storage
      .keys()
      .filter((key) => key.startsWith(this.#prefix))
      .sort();
  }
}
