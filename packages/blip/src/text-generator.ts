import { beamDecoderFile, greedyDecoderFile } from './build-graphs.js';
import { type DecoderMemory, type DecoderRow, type Generated, generateBeams, generateGreedy } from './generation.js';
import { type FloatTensor, rowOf, stacked } from './image-encoder.js';
import type { ModelFacts } from './model-facts.js';
import { openGraph } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';
import { BlipTokenizer } from './tokenizer.js';

/** What was generated, also as text. */
export interface GeneratedText extends Generated {
  /** Special tokens left out. */
  readonly text: string;
}

/** What each row's decoder attends to: of images, or of questions. */
export type GeneratorMemory = DecoderMemory & { readonly embeds: FloatTensor };

/** The text decoder of a model, by greedy and by beam search. */
export class TextGenerator {
  readonly tokenizer: BlipTokenizer;
  readonly #folder: string;
  readonly #options: SessionOptions;
  readonly #endToken: number;
  readonly #greedy: Session;
  #beams: Session | undefined;

  private constructor(folder: string, facts: ModelFacts, options: SessionOptions, greedy: Session) {
    this.tokenizer = BlipTokenizer.fromJson(facts.tokenizerJson, facts.cleanUpSpaces);
    this.#folder = folder;
    this.#options = options;
    this.#endToken = facts.sepTokenId;
    this.#greedy = greedy;
  }

  static async open(folder: string, facts: ModelFacts, options: SessionOptions): Promise<TextGenerator> {
    return new TextGenerator(folder, facts, options, await openGraph(folder, greedyDecoderFile, options));
  }

  /** Continues the prompt of each row. Rows with as many beams run together. */
  async generate(memory: GeneratorMemory, rows: readonly DecoderRow[]): Promise<GeneratedText[]> {
    const results = new Array<GeneratedText>(rows.length);
    for (const beams of new Set(rows.map(beamsOf))) {
      const group = rows.flatMap((row, index) => (beamsOf(row) === beams ? [index] : []));
      const generated = await this.#run(
        beams,
        selected(memory, group),
        group.map((index) => rows[index]!),
      );
      for (const [at, index] of group.entries()) {
        const output = generated[at]!;
        results[index] = { text: this.tokenizer.decode(output.tokenIds), ...output };
      }
    }
    return results;
  }

  async #run(beams: number, memory: GeneratorMemory, rows: readonly DecoderRow[]): Promise<Generated[]> {
    if (beams === 1) return await generateGreedy(this.#greedy, memory, rows, this.#endToken);
    // Opened for the first request that asks for beams: most services never see one.
    this.#beams ??= await openGraph(this.#folder, beamDecoderFile, this.#options);
    return await generateBeams(this.#beams, memory, rows, this.#endToken);
  }

  async release(): Promise<void> {
    await Promise.all([this.#greedy.release(), this.#beams?.release()]);
  }
}

function beamsOf({ params }: DecoderRow): number {
  return params.numBeams ?? 1;
}

/** Some rows of a memory, in the order given. */
function selected({ embeds, lengths }: GeneratorMemory, rows: readonly number[]): GeneratorMemory {
  if (rows.length === embeds.dims[0]) return { embeds, lengths };
  return {
    embeds: stacked(rows.map((row) => rowOf(embeds, row))),
    ...(lengths && { lengths: rows.map((row) => lengths[row]!) }),
  };
}
