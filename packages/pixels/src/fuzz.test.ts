import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { PixelPool } from './pixel-pool.js';
import { imageFormats } from './sniff.js';
import { plain, testImage } from './testing/shown.js';

/** Mutations of each file. The seed makes a failure repeatable. */
const mutations = 2000;
const seed = 20_261_129;
/** A decode that takes longer is ended and refused: no answer takes more, however the machine is. */
const decodeS = 5;
const size = 32;

const files: Readonly<Record<(typeof imageFormats)[number], Buffer>> = {
  jpeg: testImage('kinds/jpeg-progressive.jpg'),
  png: testImage('kinds/png-cicp-pq.png'),
  webp: await plain(64, 48).webp().toBuffer(),
  gif: await plain(64, 48).gif().toBuffer(),
  avif: testImage('kinds/avif-alpha-premultiplied.avif'),
  heic: testImage('kinds/heic-scene.heic'),
  tiff: testImage('kinds/tiff-nir.tif'),
  bmp: testImage('kinds/bmp-rle8.bmp'),
};
/** Whatever else an answer is, it is a fault of ours. */
const refusals = ['image_corrupt', 'image_dimensions', 'image_too_costly', 'unsupported_media_type', 'missing_image'];

/** Park and Miller's generator: the same numbers everywhere. */
function randomNumbers(from: number): (below: number) => number {
  let state = from % 2_147_483_647;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** The file with one to four changes: bytes, numbers at their edges, parts left out, doubled or moved, a cut. */
function mutated(file: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(file);
  for (let change = random(4); change >= 0; change--) {
    // Containers fail at their heads, so half of the changes are there.
    const at = random(2) === 0 ? random(Math.min(bytes.length, 200)) : random(bytes.length);
    const length = 1 + random(16);
    const kind = random(7);
    if (kind <= 1) bytes[at] = random(256);
    else if (kind === 2) bytes.fill(edges[random(edges.length)]!, at, Math.min(at + 1 + random(4), bytes.length));
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else if (kind === 5) bytes = Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)].reverse());
    else if (random(4) === 0) bytes = bytes.subarray(0, at + 1);
  }
  return bytes;
}

describe('damaged files', () => {
  const pool = new PixelPool({ threads: 2, waitingMax: 100, limits: { decodeS } });
  afterAll(() => pool.stop());

  it.each(imageFormats)(
    `%s, damaged in ${mutations} ways, is answered every time, and nothing of it stays`,
    async (format) => {
      const random = randomNumbers(seed + format.length * 7 + files[format].length);
      // Each process has loaded what it needs for this format once.
      await Promise.all(Array.from({ length: 20 }, () => pool.toPixels(files[format], size)));
      const before = residentBytes();
      const faults: string[] = [];
      for (let done = 0; done < mutations; done += 50) {
        await Promise.all(
          Array.from({ length: 50 }, async (_, index) => {
            const file = mutated(files[format], random);
            try {
              await pool.toPixels(file, size);
            } catch (error) {
              const code = (error as { code?: string }).code ?? String(error);
              if (!refusals.includes(code)) faults.push(`${done + index}: ${code}`);
            }
          }),
        );
      }
      expect(faults).toEqual([]);
      expect(residentBytes() - before).toBeLessThan(100 * 1024 ** 2);
      await expect(pool.toPixels(files[format], size)).resolves.toMatchObject({ format });
    },
  );

  /** Of this process and the decoders. */
  function residentBytes(): number {
    return [process.pid, ...pool.pids].reduce((sum, pid) => sum + residentOf(pid), 0);
  }
});

/** 0 for a process that has ended: decoders retire. */
function residentOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const status = statusOf(pid);
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)) return '';
    throw error;
  }
}
