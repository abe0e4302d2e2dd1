/** Tags of TIFF 6.0 that tests write. */
export const tiffTag = {
  ...{ width: 256, height: 257, bits: 258, compression: 259, photometric: 262, orientation: 274, samples: 277 },
  ...{ rowsPerStrip: 278, resolutionUnit: 296, tileWidth: 322, tileHeight: 323, sampleFormat: 339, subsampling: 530 },
} as const;

/**
 * A little-endian TIFF whose directory stands before its pixels.
 *
 * @param parts its strips or, where `tileWidth` is given, its tiles
 */
export function tiffOf(values: Partial<Record<keyof typeof tiffTag, number | number[]>>, parts: Uint8Array[]): Buffer {
  const [offsets, lengths] = 'tileWidth' in values ? [324, 325] : [273, 279];
  const entries = new Map<number, number[]>([
    ...Object.entries(values).map(
      ([name, value]) => [tiffTag[name as keyof typeof tiffTag], [value].flat()] as [number, number[]],
    ),
    [offsets, parts.map(() => 0)],
    [lengths, parts.map(({ length }) => length)],
  ]);
  const apart = [...entries.values()].reduce((sum, { length }) => sum + (length > 1 ? 4 * length : 0), 0);
  const directoryEnd = 8 + 2 + 12 * entries.size + 4;
  let at = directoryEnd + apart;
  entries.set(
    offsets,
    parts.map(({ length }) => {
      at += length;
      return at - length;
    }),
  );
  const head = Buffer.alloc(directoryEnd + apart);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(entries.size, 8);
  let [entry, free] = [10, directoryEnd];
  for (const [tag, list] of [...entries].sort(([a], [b]) => a - b)) {
    head.writeUInt16LE(tag, entry);
    // LONG, which readers take for every whole number.
    head.writeUInt16LE(4, entry + 2);
    head.writeUInt32LE(list.length, entry + 4);
    const from = list.length > 1 ? free : entry + 8;
    if (list.length > 1) {
      head.writeUInt32LE(free, entry + 8);
      free += 4 * list.length;
    }
    for (const [index, value] of list.entries()) head.writeUInt32LE(value, from + 4 * index);
    entry += 12;
  }
  return Buffer.concat([head, ...parts]);
}
