import type { GenerationParams } from '../generation.js';

/** How transformers was asked to generate, under its names. */
export interface GoldenParams {
  readonly max_new_tokens: number;
  readonly min_new_tokens?: number;
  readonly num_beams?: number;
  readonly length_penalty?: number;
  readonly early_stopping?: boolean | 'never';
  readonly repetition_penalty?: number;
  readonly no_repeat_ngram_size?: number;
  readonly num_return_sequences?: number;
  readonly bad_words?: readonly string[];
  readonly do_sample?: boolean;
  readonly temperature?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly seed?: number;
}

/** The same under our names. */
export function generationParams(params: GoldenParams): GenerationParams {
  const { temperature = 1, top_k = 0, top_p = 1, seed = 0 } = params;
  return {
    maxNewTokens: params.max_new_tokens,
    minNewTokens: params.min_new_tokens ?? 0,
    numBeams: params.num_beams,
    lengthPenalty: params.length_penalty,
    earlyStopping: params.early_stopping,
    repetitionPenalty: params.repetition_penalty,
    noRepeatNgramSize: params.no_repeat_ngram_size,
    numReturnSequences: params.num_return_sequences,
    badWords: params.bad_words,
    ...((params.do_sample || params.temperature) && {
      sampling: { temperature, topK: top_k, topP: top_p, seed },
    }),
  };
}
