import { readFile } from 'node:fs/promises';
import { cosine } from '@blipq/blip';
import type { Configuration } from './results.js';

/** What an engine made of the images. */
export interface Outcome {
  /** Of each image. */
  tokenIds: number[][];
  /** float32 [images, N, D] */
  embeds: Float32Array;
}

/** How close an engine comes to full precision. */
export interface Agreement extends Pick<Configuration, 'engine' | 'precision'> {
  images: number;
  /** Images whose tokens are all the same. */
  sameCaptions: number;
  /** Share of the tokens before the first one that differs. */
  sameTokens: number;
  /** Of the embeddings of an image, the least of all images. */
  cosineMin: number;
}

export async function readEmbeds(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export function compareOutcomes(reference: Outcome, outcome: Outcome): Omit<Agreement, 'engine' | 'precision'> {
  const images = reference.tokenIds.length;
  const prefixes = reference.tokenIds.map((ids, image) => commonPrefix(ids, outcome.tokenIds[image]!));
  const lengths = reference.tokenIds.map((ids) => ids.length);
  const size = reference.embeds.length / images;
  const cosines = lengths.map((_, image) => {
    const part = (values: Float32Array) => values.subarray(image * size, (image + 1) * size);
    return cosine(part(reference.embeds), part(outcome.embeds));
  });
  return {
    images,
    sameCaptions: prefixes.filter((prefix, image) => prefix === lengths[image]).length,
    // All begin with the same token, which nobody chose.
    sameTokens: (sum(prefixes) - images) / (sum(lengths) - images),
    cosineMin: Math.min(...cosines),
  };
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const end = a.findIndex((id, index) => id !== b[index]);
  return end < 0 ? a.length : end;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
