import {
  add,
  and,
  argMax,
  cast,
  conditional,
  equal,
  Graph,
  gather,
  gatherElements,
  greater,
  greaterOrEqual,
  less,
  logSoftmax,
  loop,
  not,
  or,
  reduceMax,
  squeeze,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import { column } from './broadcast.js';
import { DecoderInputs } from './decoder-inputs.js';
import { Weights } from './linear.js';
import { extendHistory, processScores, startOfHistory } from './logits-processors.js';
import { emptyPast, namedPast, pastOf } from './past.js';
import { draw, SamplingInputs, warp } from './sampling.js';
import { TextDecoder } from './text-decoder.js';
import type { ModelFormat } from './weight-format.js';

/**
 * Greedy search and sampling, the whole loop in one graph (GenerationMixin._sample in transformers). Each row has K
 * sequences, which are alike unless it is sampled.
 *
 * inputs: DecoderInputs and SamplingInputs
 * outputs, T = steps taken
 *   tokens     int64 [T, B, K]     what follows bos: the prompt's rest, what was generated, then pad
 *   logprobs   float32 [T, B, K]   log-probability of each generated token after the processors, whatever it was drawn
 *                                  by, else 0
 *
 * Every step feeds one token to every sequence, forced from the prompt while it lasts. Rows so stay at the same position
 * whatever their prompts, and no row's result depends on the others.
 */
export function greedyDecoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const { text } = config;
  const graph = new Graph('greedy-decoder');
  const inputs = new DecoderInputs(graph, config, format.image);
  const sampling = new SamplingInputs(graph);
  const weights = new Weights(graph, tensors, format.token, 'text_decoder.');
  const decoder = new TextDecoder(config, weights, format.image);
  const memory = decoder.memoryKeyValues(inputs.memory);

  const start = inputs.start(gather(sampling.uniforms, graph.constant('int64', [], [0]), 2));
  const history = startOfHistory(start);
  const sequence = ['B', 'K', 'T'];

  const { stacked } = loop(
    inputs.stepsMax,
    {
      token: { initial: start },
      finished: { initial: less(start, 0) },
      tokens: { initial: history.tokens, shape: sequence },
      repeats: { initial: history.repeats, shape: sequence },
      ...emptyPast(start, weights.format.dtype, text),
    },
    (position, { token, finished, tokens, repeats, ...past }) => {
      const { logits, present } = decoder.step(token, position, pastOf(past, text.layers), memory);
      const { promptToken, forced, generated } = inputs.at(add(position, 1));
      const at = { position, generated };
      const scores = processScores(logits, { tokens, repeats }, at, { inputs, endToken: text.sepTokenId });
      const choice = choose(scores, generated, sampling);
      const logprob = squeeze(gatherElements(logSoftmax(scores), unsqueeze(choice, 2), 2), 2);

      const inPrompt = column(forced);
      const next = where(inPrompt, column(promptToken), where(finished, text.padTokenId, choice));
      const isLast = column(greaterOrEqual(add(generated, 1), inputs.maxNewTokens));
      const nowFinished = or(finished, and(not(inPrompt), or(equal(choice, text.sepTokenId), isLast)));
      const isAnyOpen = reduceMax(reduceMax(cast(not(nowFinished), 'int32'), 1), 0);
      return {
        proceed: cast(isAnyOpen, 'bool'),
        state: {
          token: next,
          finished: nowFinished,
          ...extendHistory({ tokens, repeats }, next),
          ...namedPast(present),
        },
        stacked: { tokens: next, logprobs: where(or(inPrompt, finished), 0, logprob) },
      };
    },
  );
  graph.output('tokens', stacked.tokens);
  graph.output('logprobs', stacked.logprobs);
  return graph;
}

/** The next token of each sequence, drawn or the likeliest: scores [B, K, V] → int64 [B, K] */
function choose(scores: Value<'float32'>, generated: Value<'int64'>, sampling: SamplingInputs): Value<'int64'> {
  return conditional(
    sampling.isSampled,
    { scores, generated },
    (at) => {
      const drawn = draw(warp(at.scores, sampling), sampling.at(at.generated));
      return where(column(greater(sampling.temperature, 0)), drawn, argMax(at.scores, 2));
    },
    (at) => argMax(at.scores, 2),
  );
}
