import { createHash } from 'node:crypto';
import { encoderFile } from './build-graphs.js';
import type { ModelFacts } from './model-facts.js';
import { openGraph } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';

/** Image embeddings of a batch: float32 [B, N, D]. */
export interface ImageEmbeds {
  readonly type: 'float32';
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * Pixels to image embeddings. Remembers those of the images it has seen last, so that a further question about an image
 * does not encode it again.
 */
export class ImageEncoder {
  readonly #session: Session;
  readonly #imageSize: number;
  readonly #remembered = new Map<string, ImageEmbeds>();
  readonly #rememberedMax: number;

  private constructor(session: Session, imageSize: number, rememberedMax: number) {
    this.#session = session;
    this.#imageSize = imageSize;
    this.#rememberedMax = rememberedMax;
  }

  /** @param rememberedMax images whose embeddings are kept; those of BLIP-large are 2.4 MB each */
  static async open(
    folder: string,
    facts: ModelFacts,
    options: SessionOptions,
    rememberedMax = 0,
  ): Promise<ImageEncoder> {
    return new ImageEncoder(await openGraph(folder, encoderFile, options), facts.imageSize, rememberedMax);
  }

  /**
   * Encodes images, uint8 [S, S, 3] each. One at a time: on CPUs a batch makes the encoder no faster, and its
   * activations would take B times the memory.
   */
  async encode(images: readonly Uint8Array[]): Promise<ImageEmbeds> {
    const embeds: ImageEmbeds[] = [];
    for (const image of images) embeds.push(await this.#encodeOne(image));
    return stacked(embeds);
  }

  async #encodeOne(image: Uint8Array): Promise<ImageEmbeds> {
    if (this.#rememberedMax === 0) return await this.#run(image);
    const key = createHash('sha256').update(image).digest('base64');
    const embeds = this.#remembered.get(key) ?? (await this.#run(image));
    // A Map keeps the order of insertion: the first key is the one that was used least recently.
    this.#remembered.delete(key);
    this.#remembered.set(key, embeds);
    if (this.#remembered.size > this.#rememberedMax) this.#remembered.delete(this.#remembered.keys().next().value!);
    return embeds;
  }

  async #run(data: Uint8Array): Promise<ImageEmbeds> {
    const dims = [1, this.#imageSize, this.#imageSize, 3];
    const { image_embeds } = await this.#session.run({ pixels: { type: 'uint8', data, dims } });
    return image_embeds as ImageEmbeds;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Tensors of equal inner dimensions as one, along the first. */
export function stacked(parts: readonly ImageEmbeds[]): ImageEmbeds {
  if (parts.length === 1) return parts[0]!;
  const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  const rows = parts.reduce((sum, part) => sum + part.dims[0]!, 0);
  return { type: 'float32', data, dims: [rows, ...(parts[0]?.dims.slice(1) ?? [])] };
}

/** Row `index` as a batch of one, without a copy. */
export function rowOf({ data, dims }: ImageEmbeds, index: number): ImageEmbeds {
  const [rows, ...inner] = dims;
  const size = data.length / rows!;
  return { type: 'float32', data: data.subarray(index * size, (index + 1) * size), dims: [1, ...inner] };
}
