import { earlyStoppingCodes } from './model/beam-search.js';
import type { Session, TensorLike } from './session.js';

/** How to generate; names and meanings as in transformers' GenerationConfig. */
export interface GenerationParams {
  /** Tokens generated beyond the prompt, end of sequence included; ≥ 1. */
  readonly maxNewTokens: number;
  /** The end of sequence is banned before that many tokens. */
  readonly minNewTokens: number;
  /** 1 (the default) is greedy search. */
  readonly numBeams?: number;
  /** Exponent of the length that a beam's score is divided by; default 1. Beams only. */
  readonly lengthPenalty?: number;
  /** Whether beam search ends once it has numBeams candidates; default false, a heuristic. Beams only. */
  readonly earlyStopping?: boolean | 'never';
  /** Makes tokens that have occurred less likely; 1 (the default) does nothing. */
  readonly repetitionPenalty?: number;
  /** No n-gram of this size occurs twice; 0 (the default) does nothing. */
  readonly noRepeatNgramSize?: number;
}

/** What a decoder is given of one image. */
export interface DecoderRow {
  /** Bos and prompt. */
  readonly prompt: readonly number[];
  readonly params: GenerationParams;
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
  /** Natural logarithms, of the generated tokens only. */
  readonly tokenLogprobs: number[];
  /** Sum of the log-probabilities / (generated tokens)^lengthPenalty; with greedy search their mean. */
  readonly score: number;
}

/**
 * Runs the greedy decoder (see greedyDecoder for its inputs and outputs).
 *
 * @param memory a row for each of `rows`
 * @param endToken ends a sequence
 */
export async function generateGreedy(
  session: Session,
  memory: DecoderMemory,
  rows: readonly DecoderRow[],
  endToken: number,
): Promise<Generated[]> {
  const { tokens, logprobs } = await session.run({ ...memoryFeeds(memory), ...decoderFeeds(rows) });
  return rows.map((row, index) => {
    // [T, B], without bos.
    const column = <T>(values: ArrayLike<T>) =>
      Array.from({ length: values.length / rows.length }, (_, step) => values[step * rows.length + index]!);
    const ids = [row.prompt[0]!, ...column(tokens!.data as BigInt64Array).map(Number)];
    const generated = untilEnd(row, ids, [0, ...column(logprobs!.data as Float32Array)], endToken);
    const score = generated.tokenLogprobs.reduce((sum, logprob) => sum + logprob, 0) / generated.tokenLogprobs.length;
    return { ...generated, score };
  });
}

/** Runs the beam decoder (see beamDecoder). All rows must have the same `numBeams`. */
export async function generateBeams(
  session: Session,
  memory: DecoderMemory,
  rows: readonly DecoderRow[],
  endToken: number,
): Promise<Generated[]> {
  const beams = rows[0]!.params.numBeams ?? 1;
  const firstScores = Float32Array.from({ length: rows.length * beams }, (_, index) =>
    index % beams === 0 ? 0 : -1e9,
  );
  const { tokens, logprobs, score } = await session.run({
    ...memoryFeeds(memory),
    ...decoderFeeds(rows),
    first_scores: { type: 'float32', data: firstScores, dims: [rows.length, beams] },
    length_penalty: float32(rows.map(({ params }) => params.lengthPenalty ?? 1)),
    early_stopping: int64(rows.map(({ params }) => earlyStoppingCodes[`${params.earlyStopping ?? false}`])),
  });
  const length = tokens!.dims[1]!;
  return rows.map((row, index) => {
    const rowOf = <T>(values: ArrayLike<T>) => Array.from({ length }, (_, step) => values[index * length + step]!);
    const ids = rowOf(tokens!.data as BigInt64Array).map(Number);
    const generated = untilEnd(row, ids, rowOf(logprobs!.data as Float32Array), endToken);
    return { ...generated, score: Number(score!.data[index]) };
  });
}

function memoryFeeds({ embeds, lengths }: DecoderMemory): Record<string, TensorLike> {
  return { memory: embeds, ...(lengths && { memory_length: int64(lengths) }) };
}

function decoderFeeds(rows: readonly DecoderRow[]): Record<string, TensorLike> {
  return {
    prompt: padded(rows.map(({ prompt }) => prompt)),
    prompt_length: int64(rows.map(({ prompt }) => prompt.length)),
    min_new_tokens: int64(rows.map(({ params }) => params.minNewTokens)),
    max_new_tokens: int64(rows.map(({ params }) => params.maxNewTokens)),
    repetition_penalty: float32(rows.map(({ params }) => params.repetitionPenalty ?? 1)),
    no_repeat_ngram_size: int64(rows.map(({ params }) => params.noRepeatNgramSize ?? 0)),
  };
}

/** Cuts a row's sequence where it ended: the loop goes on while other rows need it. */
function untilEnd({ prompt, params }: DecoderRow, ids: number[], logprobs: number[], endToken: number) {
  const start = prompt.length;
  const end = ids.indexOf(endToken, start);
  const limit = start + params.maxNewTokens;
  const stop = end === -1 ? limit : Math.min(end + 1, limit);
  return { tokenIds: ids.slice(0, stop), tokenLogprobs: logprobs.slice(start, stop) };
}

export function int64(values: readonly number[]): TensorLike {
  return { type: 'int64', data: BigInt64Array.from(values, BigInt), dims: [values.length] };
}

function float32(values: readonly number[]): TensorLike {
  return { type: 'float32', data: Float32Array.from(values), dims: [values.length] };
}

/** Sequences of unequal length as one matrix, filled up with zeros that nothing reads. */
export function padded(sequences: readonly (readonly number[])[]): TensorLike {
  const length = Math.max(...sequences.map((sequence) => sequence.length));
  const data = new BigInt64Array(sequences.length * length);
  for (const [row, sequence] of sequences.entries()) data.set(sequence.map(BigInt), row * length);
  return { type: 'int64', data, dims: [sequences.length, length] };
}
