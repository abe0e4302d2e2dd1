import { BlipqError } from '@blipq/contracts';
import { Places } from './places.js';

/** Bodies up to here never wait behind larger ones: a quarter of the memory is theirs alone. */
const smallBytesMax = 1024 * 1024;
const largeShare = 3 / 4;

/** What one body, or one image that is fetched, holds in memory. */
export interface BodyAccount {
  /** Accounts for so many more bytes. @throws BlipqError `queue_full` when there is no room for them */
  add(bytes: number): void;
  /** So many bytes of it are in memory no more. */
  release(bytes: number): void;
  /** Nothing of it is in memory any more. */
  close(): void;
}

/** Memory for bodies and fetched images. Only what has arrived is counted, and every caller has a share. */
export class BodyMemory {
  readonly #all: Places;
  readonly #large: Places;

  constructor(bytesMax: number) {
    this.#all = new Places(bytesMax);
    this.#large = new Places(Math.floor(bytesMax * largeShare));
  }

  /**
   * @param announced bytes that will come, as far as that is known
   * @throws BlipqError `queue_full` when there is no room for these now
   */
  open(holder: string, announced = 0): BodyAccount {
    const all = this.#all.open(holder);
    const large = this.#large.open(holder);
    let bytes = 0;
    const isLarge = announced > smallBytesMax;
    if (!this.#all.has(holder, announced) || (isLarge && !this.#large.has(holder, announced))) throw tooManyUploads();
    return {
      add: (more) => {
        const before = bytes;
        bytes += more;
        const beyond = bytes > smallBytesMax ? (before > smallBytesMax ? more : bytes) : 0;
        if (!all.add(more) || (beyond > 0 && !large.add(beyond))) throw tooManyUploads();
      },
      release: (fewer) => {
        bytes = Math.max(0, bytes - fewer);
        all.give(fewer);
        // A body that has become small is one of the small ones again.
        if (bytes <= smallBytesMax) large.close();
        else large.give(fewer);
      },
      close: () => {
        all.close();
        large.close();
      },
    };
  }
}

/** There is no room for another body. */
export function tooManyUploads(): BlipqError {
  return new BlipqError('queue_full', 'Too many uploads are under way. Send this one again in a second.', {
    retryAfterS: 1,
  });
}
