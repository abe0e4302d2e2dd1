import {
  add,
  and,
  cast,
  concat,
  dimension,
  div,
  equal,
  Graph,
  gather,
  gatherElements,
  gatherPerRow,
  greater,
  greaterOrEqual,
  less,
  logSoftmax,
  loop,
  mod,
  mul,
  not,
  or,
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
import type { StateDict } from '../checkpoint/state-dict.js';
import { DecoderInputs } from './decoder-inputs.js';
import { Weights } from './linear.js';
import { extendHistory, processScores, startOfHistory } from './logits-processors.js';
import { emptyPast, namedPast, pastOf } from './past.js';
import { TextDecoder } from './text-decoder.js';
import type { ModelFormat } from './weight-format.js';

type Floats = Value<'float32'>;
type Ints = Value<'int64'>;
type Bools = Value<'bool'>;

/** What transformers writes for "out of the question"; sums with it must round as they do there. */
const NEVER = -1e9;

/** `early_stopping` as the graph is fed it. */
export const earlyStoppingCodes = { false: 0, true: 1, never: 2 } as const;

/**
 * Beam search, the whole loop in one graph (GenerationMixin._beam_search in transformers ≥ 4.49, its steps under the
 * same names). Each row behaves as in a batch of its own.
 *
 * inputs, beside DecoderInputs
 *   first_scores     float32 [B, K]  0, then −1e9: beams start alike, so that only the first may branch; gives K
 *   length_penalty   float32 [B]
 *   early_stopping   int64 [B]       see earlyStoppingCodes
 * outputs, T = steps taken
 *   tokens           int64 [B, T+1]  the best sequence of each row: bos, prompt, what was generated, then pad
 *   logprobs         float32 [B, T+1]  of each generated token after the processors, else 0
 *   score            float32 [B]     sum of the log-probabilities / (generated tokens)^length_penalty
 */
export function beamDecoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const { text } = config;
  const graph = new Graph('beam-decoder');
  const inputs = new DecoderInputs(graph, config, format.image);
  const firstScores = graph.input('first_scores', 'float32', ['B', 'K']);
  const search = new BeamSearch(graph, inputs, firstScores, text);
  const weights = new Weights(graph, tensors, format.token, 'text_decoder.');
  const decoder = new TextDecoder(config, weights, format.image);
  const memory = decoder.memoryKeyValues(inputs.memory);

  // Every beam starts with bos: [B, 1] + [B, K]·0.
  const start = add(inputs.start, cast(mul(firstScores, 0), 'int64'));
  const history = startOfHistory(start);
  const noLogprobs = cast(history.repeats, 'float32');
  const sequence = ['B', 'K', 'T'];

  const { state } = loop(
    inputs.stepsMax,
    {
      token: { initial: start },
      tokens: { initial: history.tokens, shape: sequence },
      repeats: { initial: history.repeats, shape: sequence },
      logprobs: { initial: noLogprobs, shape: sequence },
      scores: { initial: firstScores },
      bestTokens: { initial: history.tokens, shape: sequence },
      bestLogprobs: { initial: noLogprobs, shape: sequence },
      bestScores: { initial: add(mul(firstScores, 0), NEVER) },
      bestFinished: { initial: greater(firstScores, 1) },
      improvable: { initial: greaterOrEqual(inputs.promptLength, 0) },
      done: { initial: less(inputs.promptLength, 0) },
      ...emptyPast(start, weights.format.dtype, text),
    },
    (position, { token, tokens, repeats, logprobs, scores, improvable, done, ...rest }) => {
      const { bestTokens, bestLogprobs, bestScores, bestFinished, ...past } = rest;
      const { logits, present } = decoder.step(token, position, pastOf(past, text.layers), memory);
      const { promptToken, forced, generated } = inputs.at(add(position, 1));
      const history = { tokens, repeats };
      const processed = processScores(logSoftmax(logits), history, generated, inputs, text.sepTokenId);

      const candidates = search.candidates(processed, scores, { tokens, logprobs });
      const hits = or(
        equal(candidates.token, text.sepTokenId),
        column(greaterOrEqual(add(generated, 1), inputs.maxNewTokens)),
      );
      const running = search.running(candidates, hits, { forced, promptToken, scores });
      const best = search.finish(
        { tokens: bestTokens, logprobs: bestLogprobs, scores: bestScores, finished: bestFinished },
        candidates,
        { hits, closed: or(forced, done), improvable, generated: add(generated, 1) },
      );
      const nowImprovable = search.improvable(improvable, running.scores, best, add(generated, 1));
      const exhausted = allOf(hits);
      const full = and(allOf(best.finished), equal(search.earlyStopping, earlyStoppingCodes.true));
      const stops = or(not(nowImprovable), or(full, exhausted));
      const nowDone = or(done, and(not(forced), stops));

      return {
        proceed: cast(reduceMax(cast(not(nowDone), 'int32'), 0), 'bool'),
        state: {
          token: running.token,
          ...extendHistory(
            { tokens: gatherPerRow(tokens, running.beam), repeats: gatherPerRow(repeats, running.beam) },
            running.token,
          ),
          logprobs: concat([gatherPerRow(logprobs, running.beam), unsqueeze(running.logprob, 2)], 2),
          scores: running.scores,
          bestTokens: best.tokens,
          bestLogprobs: best.logprobs,
          bestScores: best.scores,
          bestFinished: best.finished,
          // Within the prompt nothing is improvable or not yet.
          improvable: or(forced, nowImprovable),
          done: nowDone,
          ...namedPast(
            present.map(({ keys, values }) => ({
              keys: gatherPerRow(keys, running.beam),
              values: gatherPerRow(values, running.beam),
            })),
          ),
        },
        stacked: {},
      };
    },
  );
  const first = graph.constant('int64', [], [0]);
  graph.output('tokens', gather(state.bestTokens, first, 1));
  graph.output('logprobs', gather(state.bestLogprobs, first, 1));
  graph.output('score', gather(state.bestScores, first, 1));
  return graph;
}

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
class BeamSearch {
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

/** [B] → [B, 1] */
function column<D extends 'bool' | 'int64' | 'float32'>(x: Value<D>): Value<D> {
  return unsqueeze(x, 1);
}

/** bool [B, K] → bool [B] */
function allOf(x: Bools): Bools {
  return cast(reduceMin(cast(x, 'int32'), 1), 'bool');
}

function anyOf(x: Bools): Bools {
  return cast(reduceMax(cast(x, 'int32'), 1), 'bool');
}
