import {
  add,
  and,
  cast,
  concat,
  dimension,
  equal,
  gather,
  greater,
  greaterOrEqual,
  less,
  max,
  mul,
  not,
  or,
  range,
  reduceMin,
  reduceSum,
  scatterElements,
  squeeze,
  sub,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import { column, perBeam } from './broadcast.js';
import type { DecoderInputs } from './decoder-inputs.js';

/** How long a text may get, by tokens. Beam search alone keeps to it: others are cut (see generatedText). */
export interface CharsLimit {
  /** int64 [B], characters that the generated tokens may take. */
  readonly charsMax: Value<'int64'>;
  /** int64 [V], characters by which each token lengthens a text, the blank before it included. */
  readonly tokenChars: Value<'int64'>;
}

/** Where a step stands. */
export interface RestrictedStep {
  /** float32 [B, K, V] */
  readonly scores: Value<'float32'>;
  /** int64 [B, K, T], bos and prompt included */
  readonly tokens: Value<'int64'>;
  /** int64 [], T − 1 */
  readonly position: Value<'int64'>;
  /** Whether fewer tokens than min_new_tokens were generated: bool [B, 1]. */
  readonly early: Value<'bool'>;
}

/**
 * Rules out the tokens that would complete a bad word, those that do not fit the characters left, and the end of
 * sequence before there are enough words. Rows that are not restricted keep their scores as they are.
 */
export function restrict(
  { scores, tokens, position, early }: RestrictedStep,
  { inputs, endToken, limit }: { inputs: DecoderInputs; endToken: number; limit: CharsLimit | null },
): Value<'float32'> {
  const clean = banBadWords(scores, tokens, position, inputs);
  const isGenerated = greaterOrEqual(range(add(position, 1), 'T'), perBeam(inputs.promptLength));
  const sum = (table: Value<'int64'>) => reduceSum(mul(gather(table, tokens), cast(isGenerated, 'int64')), 2);
  const tooShort = or(less(sum(inputs.tokenWords), column(inputs.wordsMin)), early);
  if (limit === null) return banEnd(clean, unsqueeze(tooShort, 2), endToken);

  const chars = unsqueeze(sum(limit.tokenChars), 2);
  const charsMax = perBeam(limit.charsMax);
  const fitting = where(greater(add(chars, limit.tokenChars), charsMax), Number.NEGATIVE_INFINITY, clean);
  // Where not even a blank and a letter fit, a text ends, be it too short.
  const isFull = greater(add(chars, 2), charsMax);
  return banEnd(fitting, and(unsqueeze(tooShort, 2), not(isFull)), endToken);
}

/**
 * Rules out the last token of each sequence of `bad_words` where the tokens before it are the last ones of a beam
 * (NoBadWordsLogitsProcessor).
 */
function banBadWords(
  scores: Value<'float32'>,
  tokens: Value<'int64'>,
  position: Value<'int64'>,
  { badWords, badWordPrefixes }: DecoderInputs,
): Value<'float32'> {
  // The last P tokens of each beam, [B, K, P]; before the first one stands −2, which no prefix has.
  const places = range(squeeze(dimension(badWordPrefixes, 2), 0), 'P');
  const first = gather(tokens, tokens.graph.constant('int64', [1], [0]), 2);
  const nothing = add(sub(sub(first, first), 2), mul(places, 0));
  const last = gather(concat([nothing, tokens], 2), add(places, add(position, 1)), 2);

  const prefixes = unsqueeze(badWordPrefixes, 1);
  const alike = or(equal(unsqueeze(last, 2), prefixes), less(prefixes, 0));
  const matches = cast(reduceMin(cast(alike, 'int32'), 3), 'bool');
  const banned = and(matches, greaterOrEqual(unsqueeze(badWords, 1), 0));
  const indices = add(unsqueeze(max(badWords, 0), 1), mul(cast(matches, 'int64'), 0));
  return banTokens(scores, indices, banned);
}

/** Rules out tokens, int64 [B, K, N], where `banned`, bool [B, K, N]; others keep their scores [B, K, V]. */
export function banTokens(scores: Value<'float32'>, tokens: Value<'int64'>, banned: Value<'bool'>): Value<'float32'> {
  const scalar = (value: number) => scores.graph.constant('float32', [], [value]);
  const updates = where(banned, scalar(Number.NEGATIVE_INFINITY), scalar(Number.POSITIVE_INFINITY));
  return scatterElements(scores, tokens, updates, 'min');
}

/** Rules out the end of sequence where `banned`, bool [B, K or 1, 1] (MinNewTokensLengthLogitsProcessor). */
export function banEnd(scores: Value<'float32'>, banned: Value<'bool'>, endToken: number): Value<'float32'> {
  const vocabulary = scores.dim(2) as number;
  const isEnd = Array.from({ length: vocabulary }, (_, token) => (token === endToken ? 1 : 0));
  return where(and(banned, scores.graph.constant('bool', [vocabulary], isEnd)), Number.NEGATIVE_INFINITY, scores);
}
