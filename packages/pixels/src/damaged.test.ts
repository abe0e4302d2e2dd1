import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { shown, testImage } from './testing/shown.js';
import { tiffOf } from './testing/tiff.js';

const corrupt = expect.objectContaining({ code: 'image_corrupt', detail: expect.stringMatching(/again/) });

/** Four grey tiles of 64×64. */
function tiled(compress?: (tile: Buffer) => Buffer): Buffer {
  const tiles = Array.from({ length: 4 }, (_, tile) =>
    Buffer.from(Array.from({ length: 64 * 64 }, (_, at) => (at * at * 7 + 60 * tile) & 255)),
  );
  const sides = { width: 128, height: 128, tileWidth: 64, tileHeight: 64 };
  const kind = { bits: 8, samples: 1, photometric: 1, compression: compress ? 8 : 1 };
  return tiffOf({ ...sides, ...kind }, compress ? tiles.map(compress) : tiles);
}

const tiledFiles: readonly (readonly [name: string, file: Buffer])[] = [
  ['a TIFF without compression', tiled()],
  ['a Deflate TIFF', tiled(deflateSync)],
  ['an AVIF', testImage('kinds/avif-grid.avif')],
  ['a HEIC', testImage('kinds/heic-grid-p3-irot-3.heic')],
];

describe('a picture in tiles', () => {
  it.each(tiledFiles)('is refused where its last tiles are missing: %s', (_name, file) => {
    expect(shown(file).truncated).toBeUndefined();
    for (const share of [0.5, 0.75, 0.95]) {
      expect(() => shown(file.subarray(0, Math.round(share * file.length)))).toThrow(corrupt);
    }
  });

  it('is refused where a tile cannot be decoded', () => {
    const file = tiled(deflateSync);
    file.fill(0x5a, file.length / 2, file.length / 2 + 100);
    expect(() => shown(file)).toThrow(corrupt);
  });
});

it.each([
  'avif-grid.avif',
  'avif-alpha-premultiplied.avif',
  'avif-sequence.avif',
  'heic-scene.heic',
  'heic-grid-p3-irot-3.heic',
])('%s is damaged wherever its header is cut', (name) => {
  const file = testImage(`kinds/${name}`);
  const codes = new Set<string>();
  for (let end = 24; end < file.indexOf('mdat'); end += 7) {
    try {
      shown(file.subarray(0, end));
      codes.add('shown');
    } catch (error) {
      codes.add((error as { code: string }).code);
    }
  }
  expect([...codes]).toEqual(['image_corrupt']);
});

it('a sequence without a still picture is refused by its kind, not as damage', () => {
  const file = Buffer.from('\0\0\0\x18ftypavis\0\0\0\0avismsf1\0\0\0\x08moov', 'latin1');
  expect(() => shown(file)).toThrow(
    expect.objectContaining({ code: 'unsupported_media_type', detail: expect.stringMatching(/sequence/) }),
  );
});
