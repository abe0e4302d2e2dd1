import { matcherFile } from './build-graphs.js';
import { int64, padded } from './decoder-feeds.js';
import { ImageEncoder, viewsBytesMax } from './image-encoder.js';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { openGraph, optionsFor } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';
import { BlipTokenizer } from './tokenizer.js';

export interface MatchRow {
  /** uint8 [S, S, 3], RGB, S = `facts.imageSize` */
  readonly pixels: Uint8Array;
  /** At least one; the image is encoded once for all of them. */
  readonly texts: readonly string[];
}

/** How well a text fits an image. */
export interface TextMatch {
  /** Logits for "does not match" and "matches". */
  readonly logits: readonly [number, number];
  /** Softmax of the logits, the second: 0 to 1. The text is read with the image in view. */
  readonly probability: number;
  /** Cosine of image and text read apart, −1 to 1. Compares texts or images with each other; it has no threshold. */
  readonly similarity: number;
}

export interface MatchBatchOutput {
  /** The matches of each row's texts, in their order. */
  readonly matches: TextMatch[][];
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** A BLIP model that scores texts against images (BlipForImageTextRetrieval). */
export class MatchModel {
  private constructor(
    readonly facts: ModelFacts,
    readonly encoder: ImageEncoder,
    readonly matcher: Session,
    readonly tokenizer: BlipTokenizer,
  ) {}

  /** Blocks the thread while onnxruntime loads, as `match` does while it runs. */
  static async load(folder: string, options: SessionOptions): Promise<MatchModel> {
    const facts = await readModelFacts(folder);
    const placed = optionsFor(facts, options);
    return new MatchModel(
      facts,
      await ImageEncoder.open(folder, facts, placed, viewsBytesMax),
      await openGraph(folder, matcherFile, placed),
      BlipTokenizer.fromJson(facts.tokenizerJson),
    );
  }

  /** Scores a batch. A match does not depend on the texts and rows beside it. */
  async match(rows: readonly MatchRow[]): Promise<MatchBatchOutput> {
    const started = performance.now();
    let encodeMs = 0;
    const matches: TextMatch[][] = [];
    for (const { pixels, texts } of rows) {
      const began = performance.now();
      const { view } = await this.encoder.encode(pixels);
      encodeMs += performance.now() - began;
      const ids = texts.map((text) => this.tokenizer.encode(text));
      const { itm_logits, itc_cosine } = await this.matcher.run({
        ...view,
        ids: padded(ids),
        lengths: int64(ids.map((row) => row.length)),
      });
      matches.push(
        texts.map((_, text) => {
          const logits = [Number(itm_logits!.data[2 * text]), Number(itm_logits!.data[2 * text + 1])] as const;
          const probability = 1 / (1 + Math.exp(logits[0] - logits[1]));
          return { logits, probability, similarity: Number(itc_cosine!.data[text]) };
        }),
      );
    }
    return { matches, encodeMs, decodeMs: performance.now() - started - encodeMs };
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.matcher.release()]);
  }
}
