import { type Card, isOpen } from './card.js';

/** Cards that are kept; older ones are forgotten. */
const keptMax = 100;

/**
 * Cards in this browser's storage, and nowhere else. Each is an entry of its own, so that tabs do not overwrite one
 * another's. Files are not kept, only their thumbnails.
 */
export class CardHistory {
  readonly #prefix: string;

  /** @param server whose cards they are */
  constructor(server: string) {
    this.#prefix = `blipq.playground.card ${new URL(server).pathname} `;
  }

  /** The oldest first. What never reached the server is not among them. */
  read(): Card[] {
    return this.#keys().flatMap((key) => {
      try {
        const card = JSON.parse(localStorage.getItem(key)!) as Card;
        return isOpen(card) && card.resource === undefined ? [] : [card];
      } catch {
        return [];
      }
    });
  }

  keep(card: Card): void {
    const { source, ...rest } = card;
    // A data: URL is as large as its image.
    const url = typeof source === 'string' && !source.startsWith('data:') ? { source } : {};
    const text = JSON.stringify({ ...rest, ...url });
    for (const key of this.#keys().slice(0, -keptMax)) localStorage.removeItem(key);
    try {
      localStorage.setItem(this.#prefix + card.key, text);
    } catch {
      // The browser keeps no more: the older half goes.
      const keys = this.#keys();
      for (const key of keys.slice(0, Math.ceil(keys.length / 2))) localStorage.removeItem(key);
    }
  }

  forget(key: string): void {
    localStorage.removeItem(this.#prefix + key);
  }

  #keys(): string[] {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.#prefix))
      .sort();
  }
}
