import { readFile } from 'node:fs/promises';

const samplesFile = new URL('../samples/samples.rgb', import.meta.url);
const SAMPLE_SIZE = 96;

/** Part of a sample: `side` pixels from (left, top) on. */
interface View {
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly mirrored: boolean;
}

const views: readonly View[] = [
  { left: 0, top: 0, side: SAMPLE_SIZE, mirrored: false },
  { left: 0, top: 8, side: 64, mirrored: true },
  { left: 32, top: 24, side: 56, mirrored: false },
];

/**
 * The images that precisions are compared on: four photographs (public domain or CC0, from scikit-image) and four drawn
 * scenes, each whole and in two parts, enlarged by repeating pixels. uint8 [S, S, 3] each.
 */
export async function sampleImages(imageSize: number): Promise<Uint8Array[]> {
  const samples = await readFile(samplesFile);
  const bytes = SAMPLE_SIZE * SAMPLE_SIZE * 3;
  return Array.from({ length: samples.length / bytes }, (_, index) => index * bytes).flatMap((start) =>
    views.map((view) => enlarged(samples.subarray(start, start + bytes), view, imageSize)),
  );
}

function enlarged(sample: Uint8Array, { left, top, side, mirrored }: View, size: number): Uint8Array {
  const source = (position: number) => Math.floor((position * side) / size);
  const result = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const column = left + source(mirrored ? size - 1 - x : x);
      const from = ((top + source(y)) * SAMPLE_SIZE + column) * 3;
      result.set(sample.subarray(from, from + 3), (y * size + x) * 3);
    }
  }
  return result;
}
