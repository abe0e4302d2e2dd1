import { badWordSequences } from './bad-words.js';
import { beamDecoderFile, greedyDecoderFile } from './build-graphs.js';
import type { TokenTable } from './decoder-feeds.js';
import { type GeneratedText, generatedText } from './generated-text.js';
import {
  type DecoderMemory,
  type DecoderRow,
  type Generated,
  type GenerationParams,
  generateBeams,
  generateGreedy,
  type Restrictions,
} from './generation.js';
import { type FloatTensor, rowOf, stacked } from './image-encoder.js';
import type { ModelFacts } from './model-facts.js';
import { openGraph } from './optimized-graphs.js';
import type { Session, SessionOptions } from './session.js';
import { tokenTable, wordsOf } from './token-table.js';
import { BlipTokenizer } from './tokenizer.js';

/** What each row's decoder attends to: of images, or of questions. */
export type GeneratorMemory = DecoderMemory & { readonly embeds: FloatTensor };

/** What a row is to be continued from: bos and prompt. */
export type TextRow = Pick<DecoderRow, 'prompt' | 'params'>;

/** The text decoder of a model, by greedy search, sampling and beam search. */
export class TextGenerator {
  readonly tokenizer: BlipTokenizer;
  readonly #folder: string;
  readonly #options: SessionOptions;
  readonly #facts: Pick<ModelFacts, 'sepTokenId' | 'vocabSize'>;
  readonly #greedy: Session;
  #beams: Session | undefined;
  #table: TokenTable | undefined;

  private constructor(folder: string, facts: ModelFacts, options: SessionOptions, greedy: Session) {
    this.tokenizer = BlipTokenizer.fromJson(facts.tokenizerJson, facts.cleanUpSpaces);
    this.#folder = folder;
    this.#options = options;
    this.#facts = facts;
    this.#greedy = greedy;
  }

  static async open(folder: string, facts: ModelFacts, options: SessionOptions): Promise<TextGenerator> {
    return new TextGenerator(folder, facts, options, await openGraph(folder, greedyDecoderFile, options));
  }

  /**
   * Continues the prompt of each row. Rows with as many beams, or samples, run together.
   *
   * @returns of each row its sequences, best first
   */
  async generate(memory: GeneratorMemory, rows: readonly TextRow[]): Promise<GeneratedText[][]> {
    const results = new Array<GeneratedText[]>(rows.length);
    for (const search of new Set(rows.map(({ params }) => searchKey(params)))) {
      const group = rows.flatMap(({ params }, index) => (searchKey(params) === search ? [index] : []));
      const decoderRows = group.map((index) => this.#decoderRow(rows[index]!));
      const generated = await this.#run(selected(memory, group), decoderRows);
      for (const [at, index] of group.entries()) {
        results[index] = generated[at]!.map((one) => generatedText(this.tokenizer, decoderRows[at]!, one));
      }
    }
    return results;
  }

  async #run(memory: GeneratorMemory, rows: readonly DecoderRow[]): Promise<Generated[][]> {
    const end = this.#facts.sepTokenId;
    const isBeams = (rows[0]!.params.numBeams ?? 1) > 1;
    const isRestricted = rows.some(({ restrictions }) => restrictions !== undefined);
    if (!isBeams) {
      return await generateGreedy(this.#greedy, memory, rows, end, isRestricted ? this.#tokenTable() : undefined);
    }
    // Opened for the first request that asks for beams: most services never see one.
    this.#beams ??= await openGraph(this.#folder, beamDecoderFile, this.#options);
    return await generateBeams(this.#beams, memory, rows, end, this.#tokenTable());
  }

  #decoderRow(row: TextRow): DecoderRow {
    const { badWords = [], minWords = 0, maxChars, numBeams = 1, suppressPrompt, format } = row.params;
    const limited = maxChars !== undefined && numBeams > 1;
    if (badWords.length === 0 && minWords === 0 && !limited) return row;
    const before = suppressPrompt ? '' : this.tokenizer.decode(row.prompt);
    // The first word has no blank before it; alternative text ends with a full stop.
    const spare = (before === '' ? 1 : -[...before].length) - (format === 'alt' ? 1 : 0);
    const restrictions: Restrictions = {
      badWords: badWordSequences(this.tokenizer, badWords),
      wordsMin: minWords - wordsOf(before),
      ...(limited && { charsMax: maxChars + spare }),
    };
    return { ...row, restrictions };
  }

  #tokenTable(): TokenTable {
    this.#table ??= tokenTable(this.tokenizer, this.#facts.vocabSize);
    return this.#table;
  }

  async release(): Promise<void> {
    await Promise.all([this.#greedy.release(), this.#beams?.release()]);
  }
}

/** What rows that run together agree on: how many sequences each has. */
function searchKey({ numBeams = 1, numReturnSequences = 1 }: GenerationParams): string {
  return numBeams > 1 ? `${numBeams} beams` : `${numReturnSequences} samples`;
}

/** Some rows of a memory, in the order given. */
function selected({ embeds, lengths }: GeneratorMemory, rows: readonly number[]): GeneratorMemory {
  if (rows.length === embeds.dims[0]) return { embeds, lengths };
  return {
    embeds: stacked(rows.map((row) => rowOf(embeds, row))),
    ...(lengths && { lengths: rows.map((row) => lengths[row]!) }),
  };
}
