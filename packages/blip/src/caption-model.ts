import type { GeneratedText } from './generated-text.js';
import type { GenerationParams } from './generation.js';
import { ImageEncoder, stacked } from './image-encoder.js';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { optionsFor } from './optimized-graphs.js';
import type { SessionOptions } from './session.js';
import { TextGenerator } from './text-generator.js';

export interface CaptionRow {
  /** uint8 [S, S, 3], RGB, S = `facts.imageSize` */
  readonly pixels: Uint8Array;
  /** What the caption starts with; null for none. */
  readonly prompt: string | null;
  readonly params: GenerationParams;
}

/** A caption; its token ids include the prompt, and its text does unless it is suppressed. */
export interface CaptionOutput extends GeneratedText {
  /** The further ones that were asked for, best first. */
  readonly others?: readonly GeneratedText[];
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
    readonly encoder: ImageEncoder,
    readonly generator: TextGenerator,
  ) {}

  /**
   * Blocks the thread while onnxruntime loads, as `caption` does while it runs.
   *
   * @param rememberedBytesMax what may be kept of images, for further captions of them; 0 keeps nothing
   */
  static async load(folder: string, options: SessionOptions, rememberedBytesMax = 0): Promise<CaptionModel> {
    const facts = await readModelFacts(folder);
    const placed = optionsFor(facts, options);
    return new CaptionModel(
      facts,
      await ImageEncoder.open(folder, facts, placed, rememberedBytesMax),
      await TextGenerator.open(folder, facts, placed),
    );
  }

  /** Captions a batch. A row's result does not depend on the rows beside it. */
  async caption(rows: readonly CaptionRow[]): Promise<BatchOutput> {
    const started = performance.now();
    const embeds = [];
    for (const { pixels } of rows) embeds.push((await this.encoder.encode(pixels)).embeds);
    const encoded = performance.now();
    const { tokenizer } = this.generator;
    const decoderRows = rows.map(({ prompt, params }) => ({
      prompt: [this.facts.bosTokenId, ...(prompt === null ? [] : tokenizer.encodePrompt(prompt))],
      params,
    }));
    const generated = await this.generator.generate({ embeds: stacked(embeds) }, decoderRows);
    const captions = generated.map(([best, ...others]) => ({ ...best!, ...(others.length > 0 && { others }) }));
    return { captions, encodeMs: encoded - started, decodeMs: performance.now() - encoded };
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.generator.release()]);
  }
}
