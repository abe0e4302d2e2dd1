import {
  add,
  and,
  argMax,
  cast,
  equal,
  expand,
  Graph,
  gather,
  gatherElements,
  greaterOrEqual,
  type LoopState,
  less,
  logSoftmax,
  loop,
  min,
  not,
  or,
  reduceMax,
  squeeze,
  sub,
  unsqueeze,
  type Value,
  where,
} from '@blipq/onnx-graph';
import type { BlipConfig } from '../checkpoint/config.js';
import type { StateDict } from '../checkpoint/state-dict.js';
import { Weights } from './linear.js';
import { type KeyValue, TextDecoder } from './text-decoder.js';

/**
 * Greedy generation, the whole loop in one graph (GenerationMixin.generate in transformers, num_beams 1).
 *
 * inputs
 *   image_embeds    float32 [B, N, D]   from the encoder
 *   prompt          int64 [B, P]        bos and prompt of each row, padded at the end with anything
 *   prompt_length   int64 [B]           ≥ 1
 *   min_new_tokens  int64 [B]           ends of sequence are banned before that many
 *   max_new_tokens  int64 [B]           ≥ 1
 * outputs, T = steps taken
 *   tokens          int64 [T, B]        what follows bos: the prompt's rest, what was generated, then pad
 *   logprobs        float32 [T, B]      log-probability of each generated token after min_new_tokens' ban, else 0
 *
 * Every step feeds one token to every row, forced from the prompt while it lasts. Rows so stay at the same position
 * whatever their prompts, and no row's result depends on the others.
 */
export function greedyDecoder(config: BlipConfig, tensors: StateDict): Graph {
  const { text, vision } = config;
  const graph = new Graph('decoder');
  const patches = (vision.imageSize / vision.patchSize) ** 2 + 1;
  const image = graph.input('image_embeds', 'float32', ['B', patches, vision.hiddenSize]);
  const prompt = graph.input('prompt', 'int64', ['B', 'P']);
  const promptLength = graph.input('prompt_length', 'int64', ['B']);
  const minNewTokens = graph.input('min_new_tokens', 'int64', ['B']);
  const maxNewTokens = graph.input('max_new_tokens', 'int64', ['B']);

  const decoder = new TextDecoder(config, new Weights(graph, tensors, 'text_decoder.'));
  const imageKeyValues = decoder.imageKeyValues(image);
  const lastPromptColumn = sub(reduceMax(promptLength, 0), 1);
  const stepsMax = add(reduceMax(add(promptLength, maxNewTokens), 0), -1);

  const { stacked } = loop(
    stepsMax,
    {
      token: { initial: gather(prompt, graph.constant('int64', [], [0]), 1) },
      finished: { initial: less(promptLength, 0) },
      ...emptyPast(image, text),
    },
    (position, state) => {
      const past = pastOf(state, text.layers);
      const { logits, present } = decoder.step(state.token, position, past, imageKeyValues);

      const next = add(position, 1);
      const forced = less(next, promptLength);
      const generated = sub(next, promptLength);
      const allowed = banEnd(logits, less(generated, minNewTokens), text.sepTokenId);
      const best = argMax(allowed, 1);
      const bestLogprob = squeeze(gatherElements(logSoftmax(allowed), unsqueeze(best, 1), 1), 1);

      const promptToken = gather(prompt, min(next, lastPromptColumn), 1);
      const token = where(forced, promptToken, where(state.finished, text.padTokenId, best));
      const ended = or(equal(best, text.sepTokenId), greaterOrEqual(add(generated, 1), maxNewTokens));
      const finished = or(state.finished, and(not(forced), ended));
      return {
        proceed: cast(reduceMax(cast(not(finished), 'int32'), 0), 'bool'),
        state: { token, finished, ...namedPast(present) },
        stacked: { tokens: token, logprobs: where(or(forced, state.finished), 0, bestLogprob) },
      };
    },
  );
  graph.output('tokens', stacked.tokens);
  graph.output('logprobs', stacked.logprobs);
  return graph;
}

/** logits [B, V] with the end of sequence at −∞ where `banned` [B] (MinNewTokensLengthLogitsProcessor). */
function banEnd(logits: Value<'float32'>, banned: Value<'bool'>, endToken: number): Value<'float32'> {
  const vocabulary = logits.dim(1) as number;
  const isEnd = Array.from({ length: vocabulary }, (_, token) => (token === endToken ? 1 : 0));
  const endMask = logits.graph.constant('bool', [vocabulary], isEnd);
  return where(and(unsqueeze(banned, 1), endMask), Number.NEGATIVE_INFINITY, logits);
}

type PastName = `past.${'keys' | 'values'}.${number}`;

/** A cache of no positions for every layer, under the names that the loop carries it by. */
function emptyPast(image: Value, { layers, heads, hiddenSize }: BlipConfig['text']) {
  const { graph } = image;
  const headSize = hiddenSize / heads;
  const keys = expand(graph.constant('float32', [1, 1, 1, 0], []), ['B', heads, headSize, 0], image);
  const values = expand(graph.constant('float32', [1, 1, 0, 1], []), ['B', heads, 0, headSize], image);
  const states: Record<PastName, LoopState<'float32'>> = {};
  for (let layer = 0; layer < layers; layer++) {
    states[`past.keys.${layer}`] = { initial: keys, shape: ['B', heads, headSize, 'T'] };
    states[`past.values.${layer}`] = { initial: values, shape: ['B', heads, 'T', headSize] };
  }
  return states;
}

function pastOf(state: Record<PastName, Value<'float32'>>, layers: number): KeyValue[] {
  return Array.from({ length: layers }, (_, layer) => ({
    keys: state[`past.keys.${layer}`]!,
    values: state[`past.values.${layer}`]!,
  }));
}

function namedPast(past: readonly KeyValue[]): Record<PastName, Value<'float32'>> {
  const named: Record<PastName, Value<'float32'>> = {};
  past.forEach(({ keys, values }, layer) => {
    named[`past.keys.${layer}`] = keys;
    named[`past.values.${layer}`] = values;
  });
  return named;
}
