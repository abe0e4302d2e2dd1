import { inflateSync } from 'node:zlib';
import { exifOrientation, type Orientation } from '../orientation.js';
import {
  ascii,
  type Cicp,
  ContainerError,
  type Picture,
  partsMax,
  profileBytesMax,
  Selection,
  viewOf,
} from './picture.js';

/** Chunks that pixels are made of. Everything else stays away from the decoder: text inflates to any size. */
const ofPixels = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * PNG (W3C PNG, third edition). Of an animated one the default image is shown. `eXIf` counts wherever it stands:
 * ImageMagick 6 writes it behind the pixels.
 */
export function readPng(bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const header = { width: view.getUint32(16), height: view.getUint32(20), depth: bytes[24]!, colour: bytes[25]! };
  const channels = channelsOf[header.colour];
  if (ascii(bytes, 12, 16) !== 'IHDR' || channels === undefined) throw new ContainerError('has no valid header');
  const interlaced = bytes[28] === 1;
  const selection = new Selection(bytes);
  let [parts, orientation, colour]: [number, Orientation | undefined, Cicp | undefined] = [0, undefined, undefined];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const [length, type] = [view.getUint32(at), ascii(bytes, at + 4, at + 8)];
    const [content, end] = [bytes.subarray(at + 8, at + 8 + length), at + 12 + length];
    if (!ofPixels.has(type)) {
      if (++parts > partsMax) throw new ContainerError(`has more than ${partsMax} chunks that are not pixels`);
      if (type === 'eXIf') orientation ??= exifOrientation(content);
      if (type === 'cICP' && content[2] === 0) colour ??= { primaries: content[0]!, transfer: content[1]! };
      if (type !== 'iCCP' || !isBoundedProfile(content)) selection.drop(at, Math.min(end, bytes.length));
    }
    at = end;
    if (type === 'IEND') break;
  }
  return {
    ...{ format: 'png', bytes: selection.bytes(), width: header.width, height: header.height },
    orientation: orientation ?? 1,
    // Adam7 completes no row before its last pass.
    memoryBytes: interlaced ? header.width * header.height * channels * Math.ceil(header.depth / 8) : 0,
    ...(colour && { colour }),
  };
}

/** Name, method, then deflated bytes. One that cannot be inflated within the limit is no profile. */
function isBoundedProfile(content: Uint8Array): boolean {
  const name = content.indexOf(0);
  if (name < 0 || name > 79) return false;
  try {
    inflateSync(content.subarray(name + 2), { maxOutputLength: profileBytesMax });
    return true;
  } catch {
    return false;
  }
}
