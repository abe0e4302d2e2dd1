import {
  add,
  and,
  cast,
  concat,
  dimension,
  div,
  equal,
  type Graph,
  gather,
  gatherElements,
  gatherPerRow,
  greater,
  less,
  mod,
  mul,
  not,
  pow,
  range,
  reduceMax,
  reduceMin,
  reshape,
  squeeze,
  topK,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import { column } from './broadcast.js';
import type { DecoderInputs } from './decoder-inputs.js';

type Floats = Value<'float32'>;
type Ints = Value<'int64'>;
type Bools = Value<'bool'>;

/** What transformers writes for "out of the question"; sums with it must round as they do there. */
export const NEVER = -1e9;

/** `early_stopping` as the graph is fed it. */
export const earlyStoppingCodes = { false: 0, true: 1, never: 2 } as const;

/** The 2K best continuations of a row's K beams, best first; each array [B, C], sequences [B, C, T+1]. */
interface Candidates {
  readonly scores: Floats;
  readonly beam: Ints;
  readonly token: Ints;
  readonly logprob: Floats;
  readonly tokens: Ints;
  readonly logprobs: Floats;
}

/** The K best finished sequences of a row: [B, K] and [B, K, T]. */
interface Best {
  readonly tokens: Ints;
  readonly logprobs: Floats;
  readonly scores: Floats;
  readonly finished: Bools;
}

/** The steps of beam search, each a function of the same name in transformers' generation/utils.py. */
export class BeamSearch {
  readonly earlyStopping: Ints;
  readonly #lengthPenalty: Floats;
  readonly #inputs: DecoderInputs;
  readonly #vocabSize: number;
  readonly #padToken: number;
  /** int64 [1]: K and 2K. */
  readonly #beams: Ints;
  readonly #candidates: Ints;
  /** bool [C]: the first K candidates, which alone may finish. */
  readonly #isTop: Bools;
  /** int64 [K]: 0, 1, … */
  readonly #ownBeam: Ints;

  constructor(graph: Graph, inputs: DecoderInputs, firstScores: Floats, text: BlipConfig['text']) {
    this.#inputs = inputs;
    this.#lengthPenalty = graph.input('length_penalty', 'float32', ['B']);
    this.earlyStopping = graph.input('early_stopping', 'int64', ['B']);
    this.#vocabSize = text.vocabSize;
    this.#padToken = text.padTokenId;
    this.#beams = dimension(firstScores, 1);
    this.#candidates = mul(this.#beams, 2);
    this.#isTop = less(range(squeeze(this.#candidates, 0), 'C'), this.#beams);
    this.#ownBeam = range(squeeze(this.#beams, 0), 'K');
  }

  /** _get_top_k_continuations. processed [B, K, V], scores [B, K], the beams' sequences [B, K, T] */
  candidates(processed: Floats, scores: Floats, beams: { tokens: Ints; logprobs: Floats }): Candidates {
    const flat = (x: Floats) => reshape(x, ['B', `${this.#vocabSize}*K`]);
    const top = topK(flat(add(processed, unsqueeze(scores, 2))), this.#candidates, 'C');
    const beam = div(top.indices, this.#vocabSize);
    const token = mod(top.indices, this.#vocabSize);
    const logprob = gatherElements(flat(processed), top.indices, 1);
    return {
      scores: top.values,
      beam,
      token,
      logprob,
      tokens: concat([gatherPerRow(beams.tokens, beam), unsqueeze(token, 2)], 2),
      logprobs: concat([gatherPerRow(beams.logprobs, beam), unsqueeze(logprob, 2)], 2),
    };
  }

  /**
   * _get_running_beams_for_next_iteration: the K best candidates that go on. While the prompt lasts, every beam goes
   * on with the prompt's token instead.
   */
  running(
    candidates: Candidates,
    hits: Bools,
    { forced, promptToken, scores }: { forced: Bools; promptToken: Ints; scores: Floats },
  ) {
    const open = add(candidates.scores, mul(cast(hits, 'float32'), NEVER));
    const { values, indices } = topK(open, this.#beams, 'K');
    const chosen = <D extends 'int64' | 'float32'>(x: Value<D>) => gatherElements(x, indices, 1);
    const inPrompt = column(forced);
    return {
      beam: where(inPrompt, this.#ownBeam, chosen(candidates.beam)),
      token: where(inPrompt, column(promptToken), chosen(candidates.token)),
      logprob: where(inPrompt, 0, chosen(candidates.logprob)),
      scores: where(inPrompt, scores, values),
    };
  }

  /**
   * _update_finished_beams.
   *
   * closed     bool [B], rows that take nothing more: within the prompt, or done
   * generated  int64 [B], length of the candidates without their prompt
   */
  finish(
    best: Best,
    candidates: Candidates,
    { hits, closed, improvable, generated }: { hits: Bools; closed: Bools; improvable: Bools; generated: Ints },
  ): Best {
    const finished = and(and(hits, this.#isTop), not(column(closed)));
    const full = and(allOf(best.finished), equal(this.earlyStopping, earlyStoppingCodes.true));
    const penalties = [column(full), column(not(improvable)), not(finished)];
    const scores = penalties.reduce(
      (sum, out) => add(sum, mul(cast(out, 'float32'), NEVER)),
      div(candidates.scores, column(this.#lengthFactor(generated))),
    );
    // Earlier sequences are a token shorter than the candidates.
    const zeros = mul(cast(unsqueeze(best.finished, 2), 'float32'), 0);
    const pads = cast(add(zeros, this.#padToken), 'int64');
    const merged = {
      tokens: concat([concat([best.tokens, pads], 2), candidates.tokens], 1),
      logprobs: concat([concat([best.logprobs, zeros], 2), candidates.logprobs], 1),
      scores: concat([best.scores, scores], 1),
      finished: concat([best.finished, finished], 1),
    };
    const { indices } = topK(merged.scores, this.#beams, 'K');
    return {
      tokens: gatherPerRow(merged.tokens, indices),
      logprobs: gatherPerRow(merged.logprobs, indices),
      scores: gatherElements(merged.scores, indices, 1),
      finished: gatherElements(merged.finished, indices, 1),
    };
  }

  /** _check_early_stop_heuristic: whether a running beam could still beat the worst finished one. bool [B] */
  improvable(before: Bools, scores: Floats, best: Best, generated: Ints): Bools {
    const zero = scores.graph.constant('int64', [], [0]);
    const longest = and(equal(this.earlyStopping, earlyStoppingCodes.never), greater(this.#lengthPenalty, 0));
    const length = where(longest, this.#inputs.maxNewTokens, generated);
    const possible = div(gather(scores, zero, 1), this.#lengthFactor(length));
    const worst = where(best.finished, column(reduceMin(best.scores, 1)), NEVER);
    return and(before, anyOf(greater(column(possible), worst)));
  }

  /** length^length_penalty: float32 [B]. Within the prompt, where lengths are not positive, it is 1. */
  #lengthFactor(length: Ints): Floats {
    return pow(cast(where(greater(length, 0), length, 1), 'float32'), this.#lengthPenalty);
  }
}

/** bool [B, K] → bool [B] */
export function allOf(x: Bools): Bools {
  return cast(reduceMin(cast(x, 'int32'), 1), 'bool');
}

function anyOf(x: Bools): Bools {
  return cast(reduceMax(cast(x, 'int32'), 1), 'bool');
}
