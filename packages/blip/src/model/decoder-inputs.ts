import {
  add,
  cast,
  dimension,
  type Graph,
  gather,
  less,
  min,
  mul,
  reduceMax,
  squeeze,
  sub,
  type Value,
} from '@blipq/onnx-graph';
import { type BlipConfig, imageTokens } from '../checkpoint/config.js';
import { lengthMask } from './attention.js';
import { column } from './broadcast.js';
import type { Memory } from './text-decoder.js';
import type { WeightFormat } from './weight-format.js';

/**
 * What every decoder graph is fed.
 *
 * memory                float32 [B, T, D]  what cross-attention sees: an image's embeddings, or a question's
 * memory_length         int64 [B]          of a question, whose embeddings are padded; images have none
 * prompt                int64 [B, P]       bos and prompt of each row, padded at the end with anything
 * prompt_length         int64 [B]          ≥ 1
 * min_new_tokens        int64 [B]          the end of sequence is banned before that many
 * max_new_tokens        int64 [B]          ≥ 1
 * repetition_penalty    float32 [B]        1 for none
 * no_repeat_ngram_size  int64 [B]          0 for none
 *
 * and for what most batches do without, see restrict
 *
 * restricted            int64 [1]          1 where any row is restricted by what follows, else 0
 * bad_words             int64 [B, W]       the last token of each sequence that may not occur; −1 for none
 * bad_word_prefixes     int64 [B, W, P]    the tokens before it, filled up in front with −1
 * words_min             int64 [B]          words to generate before the end of sequence; 0 for none
 * token_words           int64 [V]          1 for tokens that begin a word, else 0
 */
export class DecoderInputs {
  readonly memory: Memory;
  readonly prompt: Value<'int64'>;
  readonly promptLength: Value<'int64'>;
  readonly minNewTokens: Value<'int64'>;
  readonly maxNewTokens: Value<'int64'>;
  readonly repetitionPenalty: Value<'float32'>;
  readonly noRepeatNgramSize: Value<'int64'>;
  /** bool [] */
  readonly isRestricted: Value<'bool'>;
  readonly badWords: Value<'int64'>;
  readonly badWordPrefixes: Value<'int64'>;
  readonly wordsMin: Value<'int64'>;
  readonly tokenWords: Value<'int64'>;

  constructor(
    readonly graph: Graph,
    config: BlipConfig,
    { dtype }: WeightFormat,
  ) {
    const asks = config.task === 'question_answering';
    const memory = graph.input('memory', 'float32', [
      'B',
      asks ? 'L' : imageTokens(config),
      config.text.encoderHiddenSize,
    ]);
    const mask = asks
      ? lengthMask(graph.input('memory_length', 'int64', ['B']), squeeze(dimension(memory, 1), 0), 'L')
      : null;
    this.memory = { embeds: cast(memory, dtype), mask };
    this.prompt = graph.input('prompt', 'int64', ['B', 'P']);
    this.promptLength = graph.input('prompt_length', 'int64', ['B']);
    this.minNewTokens = graph.input('min_new_tokens', 'int64', ['B']);
    this.maxNewTokens = graph.input('max_new_tokens', 'int64', ['B']);
    this.repetitionPenalty = graph.input('repetition_penalty', 'float32', ['B']);
    this.noRepeatNgramSize = graph.input('no_repeat_ngram_size', 'int64', ['B']);
    this.isRestricted = flag(graph, 'restricted');
    this.badWords = graph.input('bad_words', 'int64', ['B', 'W']);
    this.badWordPrefixes = graph.input('bad_word_prefixes', 'int64', ['B', 'W', 'P']);
    this.wordsMin = graph.input('words_min', 'int64', ['B']);
    this.tokenWords = graph.input('token_words', 'int64', ['V']);
  }

  /** Steps after which the last row has ended, whatever it says: int64 []. */
  get stepsMax(): Value<'int64'> {
    return sub(reduceMax(add(this.promptLength, this.maxNewTokens), 0), 1);
  }

  /** Where each row stands when the token of `next` (int64 []) is chosen. */
  at(next: Value<'int64'>) {
    return {
      /** The prompt's token there [B]; anything where the prompt is over. */
      promptToken: gather(this.prompt, min(next, sub(reduceMax(this.promptLength, 0), 1)), 1),
      /** Whether the prompt still gives the token: bool [B]. */
      forced: less(next, this.promptLength),
      /** Tokens generated before it: int64 [B], negative within the prompt. */
      generated: sub(next, this.promptLength),
    };
  }

  /** Bos for each of a row's K sequences, of which `like` [B, K] has as many: int64 [B, K]. */
  start(like: Value<'float32'>): Value<'int64'> {
    const bos = column(gather(this.prompt, this.graph.constant('int64', [], [0]), 1));
    return add(bos, cast(mul(like, 0), 'int64'));
  }
}

/** An input that is 0 or 1, as the truth value that conditions take: bool []. */
export function flag(graph: Graph, name: string): Value<'bool'> {
  return cast(squeeze(graph.input(name, 'int64', [1]), 0), 'bool');
}
