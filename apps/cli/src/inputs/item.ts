/** One image to be captioned. */
export interface Item {
  /** What it is called in every output: its path as it was given, or its URL. */
  readonly name: string;
  readonly source: { readonly path: string } | { readonly url: string } | { readonly bytes: Uint8Array };
}

/** Most bytes of an image that are read into memory; servers take less. */
export const imageReadBytesMax = 64 * 1024 * 1024;

/** What belongs to one item and went wrong. The code never changes its meaning. */
export class ItemError extends Error {
  override readonly name = 'ItemError';

  /** The part for this machine has a copy of this class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ItemError';
  }

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An input that is no image, and why. */
export interface Refused {
  readonly name: string;
  readonly error: ItemError;
  /** Worth a line, but nothing that was asked for is missing. */
  readonly harmless?: true;
}
