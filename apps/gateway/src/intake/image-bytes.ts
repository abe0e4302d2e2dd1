import { BlipqError, type ImageInput } from '@blipq/contracts';

/**
 * The bytes of an image that a JSON body holds or names.
 *
 * @throws BlipqError `image_corrupt` for text that is not base64, and what fetching throws
 */
export async function imageBytes(input: ImageInput, fetch: (url: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  if ('base64' in input) return fromDataUri(input.base64) ?? fromBase64(input.base64);
  return fromDataUri(input.url) ?? (await fetch(input.url));
}

/** Longest `data:image/jpeg;charset=utf-8;base64` and the like. */
const headCharsMax = 200;

/** The bytes of a data URI (RFC 2397), or undefined for any other text. */
function fromDataUri(text: string): Uint8Array | undefined {
  const head = /^\s{0,100}data:[^,]*,/i.exec(text.slice(0, headCharsMax))?.[0];
  if (head === undefined) {
    if (!/^\s{0,100}data:/i.test(text)) return undefined;
    throw new BlipqError('image_corrupt', 'The data: URI is not like data:image/jpeg;base64,….');
  }
  const data = text.slice(head.length);
  return /;\s*base64\s*,$/i.test(head) ? fromBase64(data) : percentDecoded(data);
}

/**
 * Takes both alphabets, with or without padding, wrapped into lines (RFC 2045 has decoders pass over them) and
 * percent-encoded. Node passes over whatever is not base64, so the number of bytes tells whether there was any.
 */
function fromBase64(text: string): Uint8Array {
  const plain = text.includes('%') ? percentDecoded(text).toString('latin1') : text;
  const digits = plain.replace(/[\s=]+/g, '');
  const bytes = Buffer.from(digits, 'base64');
  const padding = /^[^=]*(=\s*){0,2}\s*$/.test(plain.slice(-100));
  if (padding && bytes.length === Math.floor((digits.length * 3) / 4) && digits.length % 4 !== 1) return bytes;
  throw new BlipqError('image_corrupt', 'The image is not valid base64.');
}

function percentDecoded(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
