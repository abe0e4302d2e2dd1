import { crc32, deflateSync } from 'node:zlib';

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A PNG of these chunks, between its header and its end. */
export function pngOf(width: number, height: number, chunks: Buffer[], options: Partial<Header> = {}): Buffer {
  const { depth = 8, colour = 2, interlaced = false } = options;
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([signature, pngChunk('IHDR', ihdr), ...chunks, pngChunk('IEND', Buffer.alloc(0))]);
}

interface Header {
  readonly depth: number;
  /** PNG's colour type. */
  readonly colour: number;
  readonly interlaced: boolean;
}

/** A black 1-bit PNG of any size: a few KB on the wire however many pixels it has. */
export function blankPng(width: number, height: number): Buffer {
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  return pngOf(width, height, [pngChunk('IDAT', deflateSync(rows))], { depth: 1, colour: 0 });
}

/** A PNG that declares any size and holds next to nothing. */
export function hollowPng(width: number, height: number, options: Partial<Header> = {}): Buffer {
  return pngOf(width, height, [pngChunk('IDAT', deflateSync(Buffer.alloc(1000)))], options);
}

export function pngChunk(type: string, content: Uint8Array): Buffer {
  const frame = Buffer.alloc(8 + content.length + 4);
  frame.writeUInt32BE(content.length, 0);
  frame.write(type, 4, 'latin1');
  frame.set(content, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, 8 + content.length)), 8 + content.length);
  return frame;
}
