import {
  add,
  and,
  concat,
  conditional,
  div,
  equal,
  gatherElements,
  greater,
  greaterOrEqual,
  less,
  mul,
  scatterElements,
  sub,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import { column, perBeam } from './broadcast.js';
import type { DecoderInputs } from './decoder-inputs.js';
import { banEnd, banTokens, type CharsLimit, restrict } from './restrictions.js';

/** What the processors need to know of each beam: int64 [B, K, T], T = tokens so far, bos and prompt included. */
export interface History {
  readonly tokens: Value<'int64'>;
  /**
   * How many tokens before each place equal those at the end: repeats[j] = r means that the r tokens before j are the
   * last r tokens, so that token j would repeat an n-gram for every n ≤ r + 1.
   */
  readonly repeats: Value<'int64'>;
}

/** The history of beams that have one token, `start` [B, K]. */
export function startOfHistory(start: Value<'int64'>): History {
  const tokens = unsqueeze(start, 2);
  return { tokens, repeats: sub(tokens, tokens) };
}

/** The history with `token` [B, K] added. */
export function extendHistory({ tokens, repeats }: History, token: Value<'int64'>): History {
  const last = unsqueeze(token, 2);
  const before = where(equal(tokens, last), add(repeats, 1), 0);
  return { tokens: concat([tokens, last], 2), repeats: concat([sub(last, last), before], 2) };
}

/**
 * Processes scores as transformers does, in its order: repetition penalty, repeated n-grams, bad words, minimum length
 * (logits_process.py). What most batches do without costs those nothing.
 *
 * scores    float32 [B, K, V]; raw logits in greedy search, log-probabilities in beam search
 * position  int64 [], of the last token; generated int64 [B], tokens generated so far
 * limit     see CharsLimit
 */
export function processScores(
  scores: Value<'float32'>,
  history: History,
  { position, generated }: { position: Value<'int64'>; generated: Value<'int64'> },
  { inputs, endToken, limit = null }: { inputs: DecoderInputs; endToken: number; limit?: CharsLimit | null },
): Value<'float32'> {
  const penalized = penalizeRepetition(scores, history, perBeam(inputs.repetitionPenalty));
  const unrepeated = banRepeatedNgrams(penalized, history, perBeam(inputs.noRepeatNgramSize));
  const early = column(less(generated, inputs.minNewTokens));
  return conditional(
    inputs.isRestricted,
    { scores: unrepeated, tokens: history.tokens, position, early },
    (state) => restrict(state, { inputs, endToken, limit }),
    (state) => banEnd(state.scores, unsqueeze(state.early, 2), endToken),
  );
}

/** Divides positive scores of tokens that have occurred by the penalty, multiplies negative ones (Keskar et al. 2019). */
function penalizeRepetition(scores: Value<'float32'>, { tokens }: History, penalty: Value<'float32'>) {
  const seen = gatherElements(scores, tokens, 2);
  return scatterElements(scores, tokens, where(less(seen, 0), mul(seen, penalty), div(seen, penalty)));
}

/** Rules out tokens that would complete an n-gram for the second time (NoRepeatNGramLogitsProcessor). */
function banRepeatedNgrams(scores: Value<'float32'>, { tokens, repeats }: History, size: Value<'int64'>) {
  return banTokens(scores, tokens, and(greater(size, 0), greaterOrEqual(add(repeats, 1), size)));
}
