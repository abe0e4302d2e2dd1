/**
 * A small progressive JPEG whose every scan walks over all of its coefficients to say that none has changed: 45 bytes
 * a scan, seconds in all.
 */
export function manyScansJpeg(width = 16_384, height = 4_096, scans = 60): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  // The table of alternating coefficients has one code, for a run of 2¹⁴ blocks and more that end here: 14 bits follow.
  const runs = Math.ceil(blocks / 32_767);
  const bits = `${'0'}${'1'.repeat(14)}`.repeat(runs);
  const body = stuffed(
    bits
      .padEnd(Math.ceil(bits.length / 8) * 8, '1')
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2)),
  );
  const scan = (low: number) => Buffer.concat([segment(0xda, [1, 1, 0, 1, 63, low]), body]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array(64).fill(1)]),
    segment(0xc2, [...frame]),
    segment(0xc4, [0, 1, ...Array(15).fill(0), 0]),
    segment(0xc4, [0x10, 1, ...Array(15).fill(0), 0xe0]),
    segment(0xda, [1, 1, 0, 0, 0, 0]),
    Buffer.alloc(Math.ceil(blocks / 8)),
    scan(0x01),
    ...Array.from({ length: scans - 2 }, () => scan(0x10)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function segment(marker: number, content: number[]): Buffer {
  const length = content.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content]);
}

function stuffed(bytes: number[]): Buffer {
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])));
}
