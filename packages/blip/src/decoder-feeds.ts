import type { DecoderMemory, DecoderRow } from './generation.js';
import { earlyStoppingCodes } from './model/beam-search.js';
import type { TensorLike } from './session.js';
import { uniforms } from './uniforms.js';

type Feeds = Record<string, TensorLike>;

/** By token id, what a text gains by each token; see tokenTable. */
export interface TokenTable {
  /** 1 where it begins a word, else 0. */
  readonly words: BigInt64Array;
  /** Characters, the blank before it included. */
  readonly chars: BigInt64Array;
}

/** More characters than any text has. */
const CHARS_UNLIMITED = 2 ** 31;

export function memoryFeeds({ embeds, lengths }: DecoderMemory): Feeds {
  return { memory: embeds, ...(lengths && { memory_length: int64(lengths) }) };
}

/** What DecoderInputs names, of rows. `table` may be missing where no row is restricted. */
export function decoderFeeds(rows: readonly DecoderRow[], table: TokenTable | undefined): Feeds {
  const restricted = rows.some(({ restrictions }) => restrictions !== undefined);
  return {
    prompt: padded(rows.map(({ prompt }) => prompt)),
    prompt_length: int64(rows.map(({ prompt }) => prompt.length)),
    min_new_tokens: int64(rows.map(({ params }) => params.minNewTokens)),
    max_new_tokens: int64(rows.map(({ params }) => params.maxNewTokens)),
    repetition_penalty: float32(rows.map(({ params }) => params.repetitionPenalty ?? 1)),
    no_repeat_ngram_size: int64(rows.map(({ params }) => params.noRepeatNgramSize ?? 0)),
    restricted: int64([restricted ? 1 : 0]),
    ...badWordFeeds(rows.map(({ restrictions }) => restrictions?.badWords ?? [])),
    words_min: int64(rows.map(({ restrictions }) => restrictions?.wordsMin ?? 0)),
    token_words: restricted ? vector(table!.words) : int64([0]),
  };
}

/** What SamplingInputs names. All rows have as many samples. */
export function samplingFeeds(rows: readonly DecoderRow[]): Feeds {
  const sampled = rows.some(({ params }) => params.sampling !== undefined);
  const samples = rows[0]!.params.numReturnSequences ?? 1;
  const steps = sampled ? Math.max(...rows.map(({ params }) => params.maxNewTokens)) : 1;
  const numbers = new Float32Array(rows.length * samples * steps);
  for (const [row, { params }] of rows.entries()) {
    if (params.sampling === undefined) continue;
    for (let sample = 0; sample < samples; sample++) {
      numbers.set(uniforms(params.sampling.seed, sample, params.maxNewTokens), (row * samples + sample) * steps);
    }
  }
  return {
    sampled: int64([sampled ? 1 : 0]),
    uniforms: { type: 'float32', data: numbers, dims: [rows.length, samples, steps] },
    temperature: float32(rows.map(({ params }) => params.sampling?.temperature ?? 0)),
    top_k: int64(rows.map(({ params }) => params.sampling?.topK ?? 1)),
    top_p: float32(rows.map(({ params }) => params.sampling?.topP ?? 1)),
  };
}

/** What beamDecoder takes beside DecoderInputs. All rows have as many beams. */
export function beamFeeds(rows: readonly DecoderRow[], table: TokenTable): Feeds {
  const beams = rows[0]!.params.numBeams ?? 1;
  const firstScores = Float32Array.from({ length: rows.length * beams }, (_, index) =>
    index % beams === 0 ? 0 : -1e9,
  );
  return {
    first_scores: { type: 'float32', data: firstScores, dims: [rows.length, beams] },
    length_penalty: float32(rows.map(({ params }) => params.lengthPenalty ?? 1)),
    early_stopping: int64(rows.map(({ params }) => earlyStoppingCodes[`${params.earlyStopping ?? false}`])),
    chars_max: int64(rows.map(({ restrictions }) => restrictions?.charsMax ?? CHARS_UNLIMITED)),
    token_chars: vector(table.chars),
  };
}

/** The sequences of each row, their last token apart from those before it. */
function badWordFeeds(rows: readonly (readonly (readonly number[])[])[]): Feeds {
  const count = Math.max(1, ...rows.map((sequences) => sequences.length));
  const length = Math.max(1, ...rows.flat().map((sequence) => sequence.length - 1));
  const last = new BigInt64Array(rows.length * count).fill(-1n);
  const prefixes = new BigInt64Array(rows.length * count * length).fill(-1n);
  for (const [row, sequences] of rows.entries()) {
    for (const [index, sequence] of sequences.entries()) {
      const at = row * count + index;
      last[at] = BigInt(sequence.at(-1)!);
      prefixes.set(sequence.slice(0, -1).map(BigInt), (at + 1) * length - (sequence.length - 1));
    }
  }
  return {
    bad_words: { type: 'int64', data: last, dims: [rows.length, count] },
    bad_word_prefixes: { type: 'int64', data: prefixes, dims: [rows.length, count, length] },
  };
}

export function int64(values: readonly number[]): TensorLike {
  return vector(BigInt64Array.from(values, BigInt));
}

function vector(data: BigInt64Array): TensorLike {
  return { type: 'int64', data, dims: [data.length] };
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
