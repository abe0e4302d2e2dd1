import { ascii, viewOf } from './picture.js';

/** Major and compatible brands of an ISO base media file's `ftyp` box (ISO/IEC 14496-12 §4.3); [] for other files. */
export function isobmffBrands(bytes: Uint8Array): string[] {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return [];
  const declared = viewOf(bytes).getUint32(0);
  const end = Math.min(declared, bytes.length, 256);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}
