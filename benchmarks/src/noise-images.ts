import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '@blipq/test-servers';
import { imageSize } from './random-checkpoint.js';

const imageBytes = imageSize * imageSize * 3;
export const imageCount = 8;

/** Writes images of noise, the same ones for every engine, unless they are there. Returns their file: uint8 [8, S, S, 3]. */
export async function writeNoiseImages(folder: string): Promise<string> {
  const path = join(folder, 'noise.rgb');
  if (existsSync(path)) return path;
  const random = new Random(2022);
  await writeFile(
    path,
    Uint8Array.from({ length: imageCount * imageBytes }, () => random.whole(0, 255)),
  );
  return path;
}

/** The first `count` of them, over again where there are fewer. */
export async function readNoiseImages(path: string, count: number): Promise<Uint8Array[]> {
  const bytes = await readFile(path);
  return Array.from({ length: count }, (_, index) => {
    const start = (index % imageCount) * imageBytes;
    return bytes.subarray(start, start + imageBytes);
  });
}
