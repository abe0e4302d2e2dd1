import { join } from 'node:path';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { decoderFile, encoderFile } from './prepare-model.js';
import { Session, type SessionOptions, type TensorLike } from './session.js';
import { BlipTokenizer } from './tokenizer.js';

/** How to generate, every parameter given. */
export interface GenerationParams {
  /** Tokens generated beyond the prompt, end of sequence included; ≥ 1. */
  readonly maxNewTokens: number;
  /** The end of sequence is banned before that many tokens. */
  readonly minNewTokens: number;
}

export interface CaptionRow {
  /** uint8 [S, S, 3], RGB, S = `facts.imageSize` */
  readonly pixels: Uint8Array;
  /** What the caption starts with; null for none. */
  readonly prompt: string | null;
  readonly params: GenerationParams;
}

export interface CaptionOutput {
  /** The caption, prompt included. */
  readonly text: string;
  /** Bos and prompt included, end of sequence too where it was generated. */
  readonly tokenIds: number[];
  /** Natural logarithms, of the generated tokens only. */
  readonly tokenLogprobs: number[];
  /** Mean log-probability of the generated tokens. */
  readonly score: number;
}

export interface BatchOutput {
  /** In the order of the rows. */
  readonly captions: CaptionOutput[];
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** A BLIP captioning model, loaded from a folder that `prepareModel` made. */
export class CaptionModel {
  private constructor(
    readonly facts: ModelFacts,
    readonly tokenizer: BlipTokenizer,
    readonly encoder: Session,
    readonly decoder: Session,
  ) {}

  /** Blocks the thread while onnxruntime loads, as `caption` does while it runs. */
  static async load(folder: string, options: SessionOptions): Promise<CaptionModel> {
    const facts = await readModelFacts(folder);
    const tokenizer = BlipTokenizer.fromJson(facts.tokenizerJson, facts.cleanUpSpaces);
    const encoder = await Session.open(join(folder, encoderFile), options);
    const decoder = await Session.open(join(folder, decoderFile), options);
    return new CaptionModel(facts, tokenizer, encoder, decoder);
  }

  /** Captions a batch. A row's result does not depend on the rows beside it. */
  async caption(rows: readonly CaptionRow[]): Promise<BatchOutput> {
    if (rows.length === 0) return { captions: [], encodeMs: 0, decodeMs: 0 };
    const started = performance.now();
    const imageEmbeds = await this.encode(rows.map((row) => row.pixels));
    const encoded = performance.now();
    const captions = await this.#decode(imageEmbeds, rows);
    return { captions, encodeMs: encoded - started, decodeMs: performance.now() - encoded };
  }

  /**
   * float32 [B, N, D]. One image at a time: on CPUs a batch makes the encoder no faster, and its activations
   * would take B times the memory.
   */
  async encode(images: readonly Uint8Array[]): Promise<TensorLike & { type: 'float32' }> {
    const { imageSize } = this.facts;
    const embeds: Float32Array[] = [];
    let dims: readonly number[] = [];
    for (const data of images) {
      const { image_embeds } = await this.encoder.run({
        pixels: { type: 'uint8', data, dims: [1, imageSize, imageSize, 3] },
      });
      embeds.push(image_embeds!.data as Float32Array);
      dims = image_embeds!.dims;
    }
    return { type: 'float32', data: joined(embeds), dims: [images.length, ...dims.slice(1)] };
  }

  async #decode(imageEmbeds: TensorLike, rows: readonly CaptionRow[]): Promise<CaptionOutput[]> {
    const prompts = rows.map(({ prompt }) => [
      this.facts.bosTokenId,
      ...(prompt === null ? [] : this.tokenizer.encodePrompt(prompt)),
    ]);
    const { tokens, logprobs } = await this.decoder.run({
      image_embeds: imageEmbeds,
      prompt: padded(prompts),
      prompt_length: int64(prompts.map((prompt) => prompt.length)),
      min_new_tokens: int64(rows.map(({ params }) => params.minNewTokens)),
      max_new_tokens: int64(rows.map(({ params }) => params.maxNewTokens)),
    });
    return rows.map(({ params }, index) => {
      const column = <T>(values: ArrayLike<T>) =>
        Array.from({ length: values.length / rows.length }, (_, step) => values[step * rows.length + index]!);
      const ids = column(tokens!.data as BigInt64Array).map(Number);
      return this.#output(prompts[index]!, params, ids, column(logprobs!.data as Float32Array));
    });
  }

  /** @param tokens and logprobs of every step of the loop, which goes on after this row's end while others need it */
  #output(prompt: readonly number[], params: GenerationParams, tokens: number[], logprobs: number[]): CaptionOutput {
    const start = prompt.length - 1;
    const end = tokens.indexOf(this.facts.sepTokenId, start);
    const limit = start + params.maxNewTokens;
    const stop = end === -1 ? limit : Math.min(end + 1, limit);
    const tokenIds = [...prompt, ...tokens.slice(start, stop)];
    const tokenLogprobs = logprobs.slice(start, stop);
    const score = tokenLogprobs.reduce((sum, logprob) => sum + logprob, 0) / tokenLogprobs.length;
    return { text: this.tokenizer.decode(tokenIds), tokenIds, tokenLogprobs, score };
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.decoder.release()]);
  }
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

function int64(values: readonly number[]): TensorLike {
  return { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [values.length] };
}

/** Sequences of unequal length as one matrix, filled up with zeros that nothing reads. */
function padded(sequences: readonly (readonly number[])[]): TensorLike {
  const length = Math.max(...sequences.map((sequence) => sequence.length));
  const data = new BigInt64Array(sequences.length * length);
  for (const [row, sequence] of sequences.entries()) data.set(sequence.map(BigInt), row * length);
  return { type: 'int64', data, dims: [sequences.length, length] };
}
