import { exifOrientation, type Orientation } from '../orientation.js';
import { ascii, ContainerError, type Picture, partsMax, profileBytesMax, Selection, viewOf } from './picture.js';

/** Bytes per pixel that libwebp and libvips hold, as measured. */
const bytesPerPixel = { still: 9, animated: 13 };

/** WebP (RFC 9649). Of an animation the decoder gets the first frame alone. */
export function readWebp(bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const selection = new Selection(bytes);
  const found: { size?: { width: number; height: number }; orientation?: Orientation; frames: number } = { frames: 0 };
  let parts = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [type, length] = [ascii(bytes, at, at + 4), view.getUint32(at + 4, true)];
    const content = bytes.subarray(at + 8, at + 8 + length);
    const end = Math.min(at + 8 + length + (length & 1), bytes.length);
    found.size ??= sizeOf(type, content);
    if (++parts > partsMax) throw new ContainerError(`has more than ${partsMax} chunks`);
    if (type === 'EXIF') found.orientation ??= exifOrientation(withoutPrefix(content));
    const laterFrame = type === 'ANMF' && ++found.frames > 1;
    const metadata = type === 'EXIF' || type === 'XMP ' || (type === 'ICCP' && length > profileBytesMax);
    if (laterFrame || metadata) selection.drop(at, end);
    at = end;
  }
  if (found.size === undefined) throw new ContainerError('has no valid header');
  const { width, height } = found.size;
  return {
    ...{ format: 'webp', bytes: corrected(selection.bytes(), bytes), width, height },
    orientation: found.orientation ?? 1,
    memoryBytes: width * height * (found.frames > 0 ? bytesPerPixel.animated : bytesPerPixel.still),
  };
}

function sizeOf(type: string, content: Uint8Array): { width: number; height: number } | undefined {
  const view = viewOf(content);
  if (type === 'VP8X') {
    const uint24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { width: 1 + uint24(4), height: 1 + uint24(7) };
  }
  if (type === 'VP8L') {
    const bits = view.getUint32(1, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  if (type === 'VP8 ') return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
  return undefined;
}

/** Some encoders put JPEG's prefix in front of EXIF. */
function withoutPrefix(exif: Uint8Array): Uint8Array {
  return ascii(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

/** The head made true of what was left out: RIFF's size, and flags of EXIF and XMP. */
function corrected(selected: Uint8Array, original: Uint8Array): Uint8Array {
  if (selected === original) return original;
  viewOf(selected).setUint32(4, selected.length - 8, true);
  if (ascii(selected, 12, 16) === 'VP8X') selected[20]! &= ~0x0c;
  return selected;
}
