import {
  add,
  and,
  argMax,
  cast,
  equal,
  Graph,
  gatherElements,
  greaterOrEqual,
  less,
  logSoftmax,
  loop,
  not,
  or,
  reduceMax,
  squeeze,
  unsqueeze,
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

/**
 * Greedy search, the whole loop in one graph (GenerationMixin._sample without sampling in transformers).
 *
 * outputs, T = steps taken
 *   tokens     int64 [T, B]     what follows bos: the prompt's rest, what was generated, then pad
 *   logprobs   float32 [T, B]   log-probability of each generated token after the processors, else 0
 *
 * Every step feeds one token to every row, forced from the prompt while it lasts. Rows so stay at the same position
 * whatever their prompts, and no row's result depends on the others.
 */
export function greedyDecoder(config: BlipConfig, tensors: StateDict, format: ModelFormat): Graph {
  const { text } = config;
  const graph = new Graph('greedy-decoder');
  const inputs = new DecoderInputs(graph, config, format.image);
  const weights = new Weights(graph, tensors, format.token, 'text_decoder.');
  const decoder = new TextDecoder(config, weights, format.image);
  const memory = decoder.memoryKeyValues(inputs.memory);
  const history = startOfHistory(inputs.start);

  const { stacked } = loop(
    inputs.stepsMax,
    {
      token: { initial: inputs.start },
      finished: { initial: less(inputs.promptLength, 0) },
      tokens: { initial: history.tokens, shape: ['B', 1, 'T'] },
      repeats: { initial: history.repeats, shape: ['B', 1, 'T'] },
      ...emptyPast(inputs.start, weights.format.dtype, text),
    },
    (position, { token, finished, tokens, repeats, ...past }) => {
      const { logits, present } = decoder.step(token, position, pastOf(past, text.layers), memory);
      const { promptToken, forced, generated } = inputs.at(add(position, 1));
      const allowed = squeeze(processScores(logits, { tokens, repeats }, generated, inputs, text.sepTokenId), 1);
      const best = argMax(allowed, 1);
      const bestLogprob = squeeze(gatherElements(logSoftmax(allowed), unsqueeze(best, 1), 1), 1);

      const next = where(forced, promptToken, where(finished, text.padTokenId, best));
      const ends = or(equal(best, text.sepTokenId), greaterOrEqual(add(generated, 1), inputs.maxNewTokens));
      const nowFinished = or(finished, and(not(forced), ends));
      return {
        proceed: cast(reduceMax(cast(not(nowFinished), 'int32'), 0), 'bool'),
        state: {
          token: unsqueeze(next, 1),
          finished: nowFinished,
          ...extendHistory({ tokens, repeats }, unsqueeze(next, 1)),
          ...namedPast(present),
        },
        stacked: { tokens: next, logprobs: where(or(forced, finished), 0, bestLogprob) },
      };
    },
  );
  graph.output('tokens', stacked.tokens);
  graph.output('logprobs', stacked.logprobs);
  return graph;
}
