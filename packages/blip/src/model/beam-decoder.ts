import {
  add,
  and,
  cast,
  concat,
  equal,
  Graph,
  gatherPerRow,
  greater,
  greaterOrEqual,
  less,
  logSoftmax,
  loop,
  mul,
  not,
  or,
  reduceMax,
  unsqueeze,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import { allOf, BeamSearch, earlyStoppingCodes, NEVER } from './beam-search.js';
import { column } from './broadcast.js';
import { DecoderInputs } from './decoder-inputs.js';
import { Weights } from './linear.js';
import { extendHistory, processScores, startOfHistory } from './logits-processors.js';
import { emptyPast, namedPast, pastOf } from './past.js';
import { TextDecoder } from './text-decoder.js';
import type { ModelFormat } from './weight-format.js';

/**
 * Beam search, the whole loop in one graph (GenerationMixin._beam_search in transformers ≥ 4.49, its steps under the
 * same names). Each row behaves as in a batch of its own.
 *
 * inputs, beside DecoderInputs and CharsLimit (chars_max, token_chars)
 *   first_scores     float32 [B, K]  0, then −1e9: beams start alike, so that only the first may branch; gives K
 *   length_penalty   float32 [B]
 *   early_stopping   int64 [B]       see earlyStoppingCodes
 * outputs, T = steps taken
 *   tokens           int64 [B, K, T+1]  the best sequences of each row, best first: bos, prompt, what was generated,
 *                                       then pad
 *   logprobs         float32 [B, K, T+1]  of each generated token after the processors, else 0
 *   scores           float32 [B, K]  sum of the log-probabilities / (generated tokens)^length_penalty; NEVER where there
 *                                    are fewer than K sequences
 */
export function beamDecoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const { text } = config;
  const graph = new Graph('beam-decoder');
  const inputs = new DecoderInputs(graph, config, format.image);
  const firstScores = graph.input('first_scores', 'float32', ['B', 'K']);
  const limit = {
    charsMax: graph.input('chars_max', 'int64', ['B']),
    tokenChars: graph.input('token_chars', 'int64', [text.vocabSize]),
  };
  const search = new BeamSearch(graph, inputs, firstScores, text);
  const weights = new Weights(graph, tensors, format.token, 'text_decoder.');
  const decoder = new TextDecoder(config, weights, format.image);
  const memory = decoder.memoryKeyValues(inputs.memory);

  const start = inputs.start(firstScores);
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
      const at = { position, generated };
      const rules = { inputs, endToken: text.sepTokenId, limit };
      const processed = processScores(logSoftmax(logits), history, at, rules);

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
  graph.output('tokens', state.bestTokens);
  graph.output('logprobs', state.bestLogprobs);
  graph.output('scores', state.bestScores);
  return graph;
}
