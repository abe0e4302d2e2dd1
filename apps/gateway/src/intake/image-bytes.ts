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

/** The bytes of a data URI (RFC 2397) in base64, or undefined for any other text. */
function fromDataUri(text: string): Uint8Array | undefined {
  if (!isDataUri(text)) return undefined;
  const comma = text.indexOf(',');
  if (comma === -1 || comma > 200 || !/;base64$/i.test(text.slice(0, comma))) {
    throw new BlipqError('image_corrupt', 'The data: URI is not like data:image/jpeg;base64,….');
  }
  return fromBase64(text.slice(comma + 1));
}

export function isDataUri(url: string): boolean {
  return /^data:/i.test(url);
}

/** Node passes over what is not base64, so the number of bytes tells whether there was any. Both alphabets count. */
function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  if (bytes.length === Math.floor((digits * 3) / 4) && digits % 4 !== 1) return bytes;
  throw new BlipqError('image_corrupt', 'The image is not valid base64.');
}
