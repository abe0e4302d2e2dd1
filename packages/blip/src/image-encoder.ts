import { createHash } from 'node:crypto';
import { encoderFile } from './build-graphs.js';
import type { ModelFacts } from './model-facts.js';
import { openGraph } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';

export interface FloatTensor {
  readonly type: 'float32';
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** What the encoder makes of one image. */
export interface EncodedImage {
  /** [1, N, D] */
  readonly embeds: FloatTensor;
  /** What the graphs that read texts with the image in view take of it, by their names for it; of captioning, nothing. */
  readonly view: Readonly<Record<string, FloatTensor>>;
}

/**
 * What may be kept of recent images for questions and matches, in bytes: eleven of a BLIP of either published size at
 * 384 × 384, 44 MB each, nearly all of it the keys and values of 577 tokens in 12 layers.
 */
export const viewsBytesMax = 512 * 1024 * 1024;

/** What may be kept of recent images for captions, in bytes: 28 of BLIP-large or 37 of BLIP-base, 577 tokens each. */
export const embedsBytesMax = 64 * 1024 * 1024;

/**
 * Pixels to all that depends on the image alone. Remembers it for the images seen last, so that a further prompt or
 * question about one of them costs no more than its text.
 */
export class ImageEncoder {
  readonly #session: Session;
  readonly #imageSize: number;
  readonly #remembered = new Map<string, EncodedImage>();
  readonly #bytesMax: number;
  #bytes = 0;

  private constructor(session: Session, imageSize: number, bytesMax: number) {
    this.#session = session;
    this.#imageSize = imageSize;
    this.#bytesMax = bytesMax;
  }

  /** @param rememberedBytesMax what may be kept of images; 0 keeps nothing */
  static async open(
    folder: string,
    facts: ModelFacts,
    options: SessionOptions,
    rememberedBytesMax = 0,
  ): Promise<ImageEncoder> {
    return new ImageEncoder(await openGraph(folder, encoderFile, options), facts.imageSize, rememberedBytesMax);
  }

  /**
   * Encodes an image, uint8 [S, S, 3]. One at a time: on CPUs a batch makes the encoder no faster, and its activations
   * would take B times the memory.
   */
  async encode(image: Uint8Array): Promise<EncodedImage> {
    if (this.#bytesMax === 0) return await this.#run(image);
    const key = createHash('sha256').update(image).digest('base64');
    const encoded = this.#remembered.get(key) ?? (await this.#run(image));
    this.#remember(key, encoded);
    return encoded;
  }

  /** A Map keeps the order of insertion: the first key is the one that was used least recently. */
  #remember(key: string, image: EncodedImage): void {
    if (!this.#remembered.delete(key)) this.#bytes += bytesOf(image);
    this.#remembered.set(key, image);
    for (const [oldest, { embeds, view }] of this.#remembered) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#remembered.delete(oldest);
      this.#bytes -= bytesOf({ embeds, view });
    }
  }

  async #run(data: Uint8Array): Promise<EncodedImage> {
    const dims = [1, this.#imageSize, this.#imageSize, 3];
    const outputs = await this.#session.run({ pixels: { type: 'uint8', data, dims } });
    const { image_embeds: embeds, ...view } = outputs as Record<string, FloatTensor>;
    return { embeds: embeds!, view };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function bytesOf({ embeds, view }: EncodedImage): number {
  return [embeds, ...Object.values(view)].reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Tensors of equal inner dimensions as one, along the first. */
export function stacked(parts: readonly FloatTensor[]): FloatTensor {
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
export function rowOf({ data, dims }: FloatTensor, index: number): FloatTensor {
  const [rows, ...inner] = dims;
  const size = data.length / rows!;
  return { type: 'float32', data: data.subarray(index * size, (index + 1) * size), dims: [1, ...inner] };
}
