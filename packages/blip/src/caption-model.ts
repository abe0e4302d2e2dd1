import { beamDecoderFile, encoderFile, greedyDecoderFile } from './build-graphs.js';
import { type Generated, type GenerationParams, generateBeams, generateGreedy } from './generation.js';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { openGraph } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';
import { BlipTokenizer } from './tokenizer.js';

export interface CaptionRow {
  /** uint8 [S, S, 3], RGB, S = `facts.imageSize` */
  readonly pixels: Uint8Array;
  /** What the caption starts with; null for none. */
  readonly prompt: string | null;
  readonly params: GenerationParams;
}

export interface CaptionOutput extends Generated {
  /** The caption, prompt included. */
  readonly text: string;
}

export interface BatchOutput {
  /** In the order of the rows. */
  readonly captions: CaptionOutput[];
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** Image embeddings of a batch: float32 [B, N, D]. */
export interface ImageEmbeds {
  readonly type: 'float32';
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A BLIP captioning model, loaded from a folder that `prepareModel` made. */
export class CaptionModel {
  readonly facts: ModelFacts;
  readonly #folder: string;
  readonly #options: SessionOptions;
  readonly #tokenizer: BlipTokenizer;
  readonly #encoder: Session;
  readonly #greedyDecoder: Session;
  #beamDecoder: Session | undefined;

  private constructor(
    folder: string,
    options: SessionOptions,
    facts: ModelFacts,
    sessions: { encoder: Session; greedyDecoder: Session },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.facts = facts;
    this.#tokenizer = BlipTokenizer.fromJson(facts.tokenizerJson, facts.cleanUpSpaces);
    this.#encoder = sessions.encoder;
    this.#greedyDecoder = sessions.greedyDecoder;
  }

  /** Blocks the thread while onnxruntime loads, as `caption` does while it runs. */
  static async load(folder: string, options: SessionOptions): Promise<CaptionModel> {
    const facts = await readModelFacts(folder);
    const placed = { device: facts.device, ...options };
    const encoder = await openGraph(folder, encoderFile, placed);
    const greedyDecoder = await openGraph(folder, greedyDecoderFile, placed);
    return new CaptionModel(folder, placed, facts, { encoder, greedyDecoder });
  }

  /** Captions a batch. A row's result does not depend on the rows beside it; rows with as many beams run together. */
  async caption(rows: readonly CaptionRow[]): Promise<BatchOutput> {
    const started = performance.now();
    const embeds = await this.encode(rows.map((row) => row.pixels));
    const encoded = performance.now();
    const captions = new Array<CaptionOutput>(rows.length);
    for (const beams of new Set(rows.map(beamsOf))) {
      const group = rows.flatMap((row, index) => (beamsOf(row) === beams ? [index] : []));
      const groupRows = group.map((index) => rows[index]!);
      const generated = await this.#generate(beams, selected(embeds, group), groupRows);
      for (const [at, index] of group.entries()) captions[index] = generated[at]!;
    }
    return { captions, encodeMs: encoded - started, decodeMs: performance.now() - encoded };
  }

  /**
   * Encodes images, uint8 [S, S, 3] each. One at a time: on CPUs a batch makes the encoder no faster, and its
   * activations would take B times the memory.
   */
  async encode(images: readonly Uint8Array[]): Promise<ImageEmbeds> {
    const { imageSize } = this.facts;
    const embeds: Float32Array[] = [];
    let dims: readonly number[] = [];
    for (const data of images) {
      const { image_embeds } = await this.#encoder.run({
        pixels: { type: 'uint8', data, dims: [1, imageSize, imageSize, 3] },
      });
      embeds.push(image_embeds!.data as Float32Array);
      dims = image_embeds!.dims;
    }
    return { type: 'float32', data: joined(embeds), dims: [images.length, ...dims.slice(1)] };
  }

  async #generate(beams: number, embeds: ImageEmbeds, rows: readonly CaptionRow[]): Promise<CaptionOutput[]> {
    const { bosTokenId, sepTokenId } = this.facts;
    const decoderRows = rows.map(({ prompt, params }) => ({
      prompt: [bosTokenId, ...(prompt === null ? [] : this.#tokenizer.encodePrompt(prompt))],
      params,
    }));
    const generated =
      beams === 1
        ? await generateGreedy(this.#greedyDecoder, { embeds }, decoderRows, sepTokenId)
        : await generateBeams(await this.#beams(), { embeds }, decoderRows, sepTokenId);
    return generated.map((output) => ({ text: this.#tokenizer.decode(output.tokenIds), ...output }));
  }

  /** Opened for the first request that asks for beams: most services never see one. */
  async #beams(): Promise<Session> {
    this.#beamDecoder ??= await openGraph(this.#folder, beamDecoderFile, this.#options);
    return this.#beamDecoder;
  }

  async release(): Promise<void> {
    await Promise.all([this.#encoder, this.#greedyDecoder, this.#beamDecoder].map((session) => session?.release()));
  }
}

function beamsOf({ params }: CaptionRow): number {
  return params.numBeams ?? 1;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Some rows of a batch, in the order given. */
function selected(embeds: ImageEmbeds, rows: readonly number[]): ImageEmbeds {
  const [batch, ...inner] = embeds.dims;
  if (rows.length === batch) return embeds;
  const size = embeds.data.length / batch!;
  const parts = rows.map((row) => embeds.data.subarray(row * size, (row + 1) * size));
  return { type: 'float32', data: joined(parts), dims: [rows.length, ...inner] };
}
