import { questionEncoderFile } from './build-graphs.js';
import { int64, padded } from './decoder-feeds.js';
import type { GeneratedText } from './generated-text.js';
import type { GenerationParams } from './generation.js';
import { type EncodedImage, type FloatTensor, ImageEncoder, stacked, viewsBytesMax } from './image-encoder.js';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { openGraph, optionsFor } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';
import { TextGenerator } from './text-generator.js';

export interface QuestionRow {
  /** uint8 [S, S, 3], RGB, S = `facts.imageSize` */
  readonly pixels: Uint8Array;
  /** At least one; the image is encoded once for all of them. */
  readonly questions: readonly string[];
  readonly params: GenerationParams;
}

export interface AnswerBatchOutput {
  /** The answers to each row's questions, in their order. */
  readonly answers: GeneratedText[][];
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** A BLIP model that answers questions about images (BlipForQuestionAnswering). */
export class AnswerModel {
  private constructor(
    readonly facts: ModelFacts,
    readonly encoder: ImageEncoder,
    readonly questionEncoder: Session,
    readonly generator: TextGenerator,
  ) {}

  /** Blocks the thread while onnxruntime loads, as `answer` does while it runs. */
  static async load(folder: string, options: SessionOptions): Promise<AnswerModel> {
    const facts = await readModelFacts(folder);
    const placed = optionsFor(facts, options);
    return new AnswerModel(
      facts,
      await ImageEncoder.open(folder, facts, placed, viewsBytesMax),
      await openGraph(folder, questionEncoderFile, placed),
      await TextGenerator.open(folder, facts, placed),
    );
  }

  /** Answers a batch. An answer does not depend on the questions and rows beside it. */
  async answer(rows: readonly QuestionRow[]): Promise<AnswerBatchOutput> {
    const started = performance.now();
    let encodeMs = 0;
    const asked: { embeds: FloatTensor; lengths: readonly number[] }[] = [];
    // An image at a time, with its questions: what is seen of it is not kept for the rest of the batch.
    for (const { pixels, questions } of rows) {
      const began = performance.now();
      const { view } = await this.encoder.encode(pixels);
      encodeMs += performance.now() - began;
      asked.push(await this.ask(view, questions));
    }
    const generated = await this.generator.generate(
      { embeds: stacked(widened(asked.map(({ embeds }) => embeds))), lengths: asked.flatMap(({ lengths }) => lengths) },
      rows.flatMap(({ questions, params }) => questions.map(() => ({ prompt: [this.facts.bosTokenId], params }))),
    );
    const best = generated.map(([answer]) => answer!);
    const answers = rows.map(({ questions }) => best.splice(0, questions.length));
    return { answers, encodeMs, decodeMs: performance.now() - started - encodeMs };
  }

  /** What an image's questions come to with the image in view, float32 [R, L, D]: the decoder's memory. */
  async ask(view: EncodedImage['view'], questions: readonly string[]) {
    const ids = questions.map((question) => this.generator.tokenizer.encode(question));
    const lengths = ids.map((row) => row.length);
    const { question_embeds } = await this.questionEncoder.run({
      ...view,
      ids: padded(ids),
      lengths: int64(lengths),
    });
    return { embeds: question_embeds as FloatTensor, lengths };
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.questionEncoder.release(), this.generator.release()]);
  }
}

/** Tensors [R, L, D] of several lengths L, filled up with zeros to the longest. */
function widened(parts: readonly FloatTensor[]): FloatTensor[] {
  const longest = Math.max(...parts.map(({ dims }) => dims[1]!));
  return parts.map(({ data, dims }) => {
    const [rows, length, size] = dims as [number, number, number];
    const wide = new Float32Array(rows * longest * size);
    for (let row = 0; row < rows; row++) {
      wide.set(data.subarray(row * length * size, (row + 1) * length * size), row * longest * size);
    }
    return { type: 'float32', data: wide, dims: [rows, longest, size] };
  });
}
