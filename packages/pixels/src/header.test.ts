import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readHeader } from './header.js';
import { defaultLimits } from './limits.js';

/** A PNG that declares any size and holds next to nothing. */
function hollowPng(width: number, height: number): Uint8Array {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([8, 2], 8); // 8 bits, RGB
  const chunks = [chunk('IHDR', ihdr), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

function chunk(type: string, content: Buffer): Buffer {
  const frame = Buffer.alloc(8 + content.length + 4);
  frame.writeUInt32BE(content.length, 0);
  frame.write(type, 4, 'latin1');
  frame.set(content, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, 8 + content.length)), 8 + content.length);
  return frame;
}

const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

describe('readHeader', () => {
  it.each([
    [1, 1],
    [15, 400],
    [20_000, 10],
    [16_385, 16],
  ])('refuses %i×%i, names the limits and what to do', async (width, height) => {
    await expect(readHeader(await png(width, height), 'png', defaultLimits)).rejects.toMatchObject({
      code: 'image_dimensions',
      detail: `The image is ${width}×${height} pixels; each side must be 16 to 16384 pixels. Resize it and try again.`,
    });
  });

  it.each([
    [16, 16],
    [16_384, 16],
  ])('takes %i×%i', async (width, height) => {
    await expect(readHeader(await png(width, height), 'png', defaultLimits)).resolves.toMatchObject({ width, height });
  });

  it.each([
    [30_000, 30_000, '16384'],
    [10_000, 10_000, 'megapixels'],
  ])('refuses a bomb of few bytes that declares %i×%i', async (width, height, reason) => {
    const bomb = hollowPng(width, height);
    expect(bomb.length).toBeLessThan(200);
    await expect(readHeader(bomb, 'png', defaultLimits)).rejects.toMatchObject({
      code: 'image_dimensions',
      detail: expect.stringContaining(reason),
    });
  });

  it('calls a file that ends inside its header corrupt', async () => {
    const file = (await png(64, 64)).subarray(0, 20);
    await expect(readHeader(file, 'png', defaultLimits)).rejects.toMatchObject({ code: 'image_corrupt' });
  });
});
