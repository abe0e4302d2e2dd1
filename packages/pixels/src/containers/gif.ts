import { ContainerError, type Picture, partsMax, type Rectangle, Selection, viewOf } from './picture.js';

const trailer = Uint8Array.of(0x3b);

/**
 * GIF89a. The decoder gets the first frame alone, on a canvas of its own size: it would walk over all of them, and takes
 * canvases of some sizes for mistakes. What that frame leaves of the canvas is transparent, whatever the file calls its
 * background, as browsers have it.
 */
export function readGif(bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const [width, height, flags] = [view.getUint16(6, true), view.getUint16(8, true), view.getUint8(10)];
  let at = 13 + paletteBytes(flags);
  for (let parts = 0; view.getUint8(at) === 0x21; ) {
    at = afterBlocks(view, at + 2);
    if (++parts > partsMax) throw new ContainerError(`has more than ${partsMax} blocks that are not pixels`);
  }
  if (view.getUint8(at) !== 0x2c) throw new ContainerError('has no picture');
  const frame: Rectangle = {
    ...{ left: view.getUint16(at + 1, true), top: view.getUint16(at + 3, true) },
    ...{ width: view.getUint16(at + 5, true), height: view.getUint16(at + 7, true) },
  };
  const end = afterBlocks(view, at + 11 + paletteBytes(view.getUint8(at + 9)), true);
  const selection = new Selection(bytes);
  selection.cut(end, trailer);
  // Decoders widen a canvas that is too small for its first frame.
  const canvas = {
    width: Math.max(width, frame.left + frame.width),
    height: Math.max(height, frame.top + frame.height),
  };
  return {
    ...{ format: 'gif', bytes: onItsOwn(selection.bytes(), at, frame), ...canvas, orientation: 1, drawn: frame },
    memoryBytes: 6 * frame.width * frame.height,
  };
}

/** A copy whose canvas is its frame. @param at where the frame's descriptor is */
function onItsOwn(bytes: Uint8Array, at: number, { width, height }: Rectangle): Uint8Array {
  const copy = new Uint8Array(bytes);
  const view = viewOf(copy);
  view.setUint16(6, width, true);
  view.setUint16(8, height, true);
  view.setUint32(at + 1, 0);
  return copy;
}

function paletteBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Over sub-blocks from `at` on. With `lenient` a file may end within them: the decoder judges that. */
function afterBlocks(view: DataView, at: number, lenient = false): number {
  let next = at;
  while (next < view.byteLength) {
    const length = view.getUint8(next);
    next += 1 + length;
    if (length === 0) return next;
  }
  if (lenient) return view.byteLength;
  throw new ContainerError('ends before its pixels begin');
}
