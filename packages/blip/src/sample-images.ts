import { readFile } from 'node:fs/promises';

const samplesFile = new URL('../samples/samples.rgb', import.meta.url);
const SAMPLE_SIZE = 96;

/**
 * The images that precisions are compared on: four photographs (public domain or CC0, from scikit-image) and four
 * drawn scenes, enlarged by repeating pixels. uint8 [S, S, 3] each.
 */
export async function sampleImages(imageSize: number): Promise<Uint8Array[]> {
  const samples = await readFile(samplesFile);
  const bytes = SAMPLE_SIZE * SAMPLE_SIZE * 3;
  return Array.from({ length: samples.length / bytes }, (_, index) =>
    enlarged(samples.subarray(index * bytes, (index + 1) * bytes), imageSize),
  );
}

function enlarged(sample: Uint8Array, size: number): Uint8Array {
  const source = (position: number) => Math.floor((position * SAMPLE_SIZE) / size);
  const result = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (source(y) * SAMPLE_SIZE + source(x)) * 3;
      result.set(sample.subarray(from, from + 3), (y * size + x) * 3);
    }
  }
  return result;
}
