import { beamFeeds, decoderFeeds, memoryFeeds, samplingFeeds, type TokenTable } from './decoder-feeds.js';
import { NEVER } from './model/beam-search.js';
import type { Session, TensorLike } from './session.js';

/** How tokens are drawn; names and meanings as in transformers' GenerationConfig. */
export interface Sampling {
  /** What scores are divided by; > 0. */
  readonly temperature: number;
  /** How many of the likeliest tokens may be drawn; 0 for all. */
  readonly topK: number;
  /** Only the likeliest tokens that reach this probability together may be drawn; in (0, 1], 1 for all. */
  readonly topP: number;
  /** A non-negative safe integer, which alone determines the random numbers: see uniforms. */
  readonly seed: number;
}

/** How to generate; names and meanings as in transformers' GenerationConfig where it has them. */
export interface GenerationParams {
  /** Tokens generated beyond the prompt, end of sequence included; ≥ 1. */
  readonly maxNewTokens: number;
  /** The end of sequence is banned before that many tokens. */
  readonly minNewTokens: number;
  /** 1 (the default) is greedy search, or sampling. */
  readonly numBeams?: number;
  /** Exponent of the length that a beam's score is divided by; default 1. Beams only. */
  readonly lengthPenalty?: number;
  /** Whether beam search ends once it has numBeams candidates; default false, a heuristic. Beams only. */
  readonly earlyStopping?: boolean | 'never';
  /** Makes tokens that have occurred less likely; 1 (the default) does nothing. */
  readonly repetitionPenalty?: number;
  /** No n-gram of this size occurs twice; 0 (the default) does nothing. */
  readonly noRepeatNgramSize?: number;
  /** Draws tokens instead of taking the likeliest; not with beams. */
  readonly sampling?: Sampling;
  /** As many samples, or the best so many of the beams; default 1. */
  readonly numReturnSequences?: number;
  /** Texts that may not occur as whole words: see badWordSequences. */
  readonly badWords?: readonly string[];
  /** Words that the text must have before it may end; default 0. */
  readonly minWords?: number;
  /** Characters that the text may have, in code points: see generatedText. */
  readonly maxChars?: number;
  /** Leaves the prompt out of the text. */
  readonly suppressPrompt?: boolean;
  /** Adds the text as alternative text of an image: see altText. */
  readonly format?: 'alt';
}

/** What a row's tokens must keep to beside its GenerationParams. */
export interface Restrictions {
  /** Token sequences that may not occur. */
  readonly badWords: readonly (readonly number[])[];
  /** Words to generate before the end of sequence. */
  readonly wordsMin: number;
  /** Characters that the generated may take, the blank before each word included. Beams only. */
  readonly charsMax?: number;
}

/** What a decoder is given of one image. */
export interface DecoderRow {
  /** Bos and prompt. */
  readonly prompt: readonly number[];
  readonly params: GenerationParams;
  readonly restrictions?: Restrictions;
}

/** What the decoder attends to. */
export interface DecoderMemory {
  /** float32 [B, T, D] */
  readonly embeds: TensorLike;
  /** Places of each row that count, where rows are padded. */
  readonly lengths?: readonly number[];
}

export interface Generated {
  /** Bos and prompt included, end of sequence too where it was generated. */
  readonly tokenIds: number[];
  /** Natural logarithms, of the generated tokens only; after the processors, before the temperature and what follows it. */
  readonly tokenLogprobs: number[];
  /** Sum of the log-probabilities / (generated tokens)^lengthPenalty; without beams their mean. */
  readonly score: number;
}

/**
 * Runs the greedy decoder (see greedyDecoder for its inputs and outputs). All rows must have the same
 * `numReturnSequences`.
 *
 * @param memory a row for each of `rows`
 * @param endToken ends a sequence
 * @param table may be missing where no row has restrictions
 * @returns of each row its sequences, best first
 */
export async function generateGreedy(
  session: Session,
  memory: DecoderMemory,
  rows: readonly DecoderRow[],
  endToken: number,
  table?: TokenTable,
): Promise<Generated[][]> {
  const feeds = { ...memoryFeeds(memory), ...decoderFeeds(rows, table), ...samplingFeeds(rows) };
  const { tokens, logprobs } = await session.run(feeds);
  const [steps, , samples] = tokens!.dims as [number, number, number];
  return rows.map((row, index) =>
    Array.from({ length: samples }, (_, sample) => {
      // [T, B, K], without bos.
      const column = <T>(values: ArrayLike<T>) =>
        Array.from({ length: steps }, (_, step) => values[(step * rows.length + index) * samples + sample]!);
      const ids = [row.prompt[0]!, ...column(tokens!.data as BigInt64Array).map(Number)];
      const generated = untilEnd(row, ids, [0, ...column(logprobs!.data as Float32Array)], endToken);
      const { tokenLogprobs } = generated;
      return { ...generated, score: tokenLogprobs.reduce((sum, logprob) => sum + logprob, 0) / tokenLogprobs.length };
    }).toSorted((a, b) => b.score - a.score),
  );
}

/**
 * Runs the beam decoder (see beamDecoder). All rows must have the same `numBeams`.
 *
 * @returns of each row its `numReturnSequences` best sequences, or all that there are, best first
 */
export async function generateBeams(
  session: Session,
  memory: DecoderMemory,
  rows: readonly DecoderRow[],
  endToken: number,
  table: TokenTable,
): Promise<Generated[][]> {
  const feeds = { ...memoryFeeds(memory), ...decoderFeeds(rows, table), ...beamFeeds(rows, table) };
  const { tokens, logprobs, scores } = await session.run(feeds);
  const [, beams, length] = tokens!.dims as [number, number, number];
  return rows.map((row, index) => {
    const sequences = Array.from({ length: row.params.numReturnSequences ?? 1 }, (_, rank) => {
      const at = index * beams + rank;
      const rowOf = <T>(values: ArrayLike<T>) => Array.from({ length }, (_, step) => values[at * length + step]!);
      const ids = rowOf(tokens!.data as BigInt64Array).map(Number);
      const generated = untilEnd(row, ids, rowOf(logprobs!.data as Float32Array), endToken);
      return { ...generated, score: Number(scores!.data[at]) };
    });
    return sequences.filter(({ score }, rank) => rank === 0 || score > NEVER / 2);
  });
}

/** Cuts a row's sequence where it ended: the loop goes on while other rows need it. */
function untilEnd({ prompt, params }: DecoderRow, ids: number[], logprobs: number[], endToken: number) {
  const start = prompt.length;
  const end = ids.indexOf(endToken, start);
  const limit = start + params.maxNewTokens;
  const stop = end === -1 ? limit : Math.min(end + 1, limit);
  return { tokenIds: ids.slice(0, stop), tokenLogprobs: logprobs.slice(start, stop) };
}
