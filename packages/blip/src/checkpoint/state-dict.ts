import { basename } from 'node:path';
import { ModelError } from '../model-error.js';
import type { Checkpoint } from './checkpoint.js';
import { counted } from './short-list.js';
import { commonPrefix, prefixAdvice, whatNamesTell } from './telling-names.js';
import { tiedPairs } from './tied-pairs.js';

/** A tensor that the model uses, to be read when its values are needed. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32 in C order. */
  read(): Promise<Float32Array>;
}

/** A buffer 0, 1, 2, … that some versions of transformers stored; it carries nothing. */
const IGNORED = /(^|\.)embeddings\.position_ids$/;
const FLOATS = new Set(['F64', 'F32', 'F16', 'BF16']);
/** Modules that models of some tasks have and others have not. */
const TASK_MODULES = new Set(['text_encoder', 'text_decoder', 'itm_head']);

/**
 * Keeps the account between a model and its checkpoint: the model takes every tensor it needs, with the shape it
 * needs, and `finish` demands that the checkpoint holds those. What it holds besides is left out, as transformers does,
 * unless it tells that the checkpoint is of another kind.
 */
export class StateDict {
  readonly #checkpoint: Checkpoint;
  readonly #tied: boolean;
  readonly #taken = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #misshapen = new Set<string>();
  readonly #integers = new Set<string>();

  /** @param tied whether the head and the word embeddings are one parameter where only one of them is stored */
  constructor(checkpoint: Checkpoint, { tied = true }: { tied?: boolean } = {}) {
    this.#checkpoint = checkpoint;
    this.#tied = tied;
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /**
   * The tensor `name`, or the one that is tied to it where only that is stored. Where it is missing or has another
   * shape this is noted for `finish`, so that the caller can go on and the user sees all that is wrong at once; reading
   * it fails.
   */
  take(name: string, shape: readonly number[]): Weight {
    const stored = [name, ...this.#pairOf(name)].find((each) => this.has(each)) ?? name;
    const tensor = this.#checkpoint.tensors.get(stored);
    this.#taken.add(stored);
    if (!tensor) this.#missing.add(stored);
    else if (String(tensor.shape) !== String(shape)) {
      this.#misshapen.add(`${stored} is [${tensor.shape}] and should be [${shape}]`);
    } else if (!FLOATS.has(tensor.dtype)) this.#integers.add(`${stored} as ${tensor.dtype}`);
    return { name: stored, shape, read: () => this.#checkpoint.read(stored) };
  }

  /** Both names of a parameter that has two. */
  #pairOf(name: string): readonly string[] {
    const [, decoder] = /^(.*)\.(cls|bert)\./.exec(name) ?? [];
    if (decoder === undefined) return [];
    return tiedPairs(decoder, this.#tied).find((pair) => pair.includes(name)) ?? [];
  }

  /**
   * The decoder's projection onto the vocabulary: weight [V, D] and bias [V]. A checkpoint without a weight of its own
   * is tied: the word embeddings serve. Both names of the bias mean one parameter.
   */
  takeVocabularyProjection(decoder: string, vocabSize: number, hiddenSize: number): { weight: Weight; bias: Weight } {
    const head = `${decoder}.cls.predictions`;
    const weight = this.take(`${head}.decoder.weight`, [vocabSize, hiddenSize]);
    const bias = this.take(`${head}.decoder.bias`, [vocabSize]);
    // Stored under its other name as well, it must have the same shape; where the model has none, one warning says so.
    if (this.has(`${head}.bias`)) this.take(`${head}.bias`, [vocabSize]);
    return { weight, bias };
  }

  /**
   * @returns the tensors that nothing needs
   * @throws ModelError naming the tensors that are missing, misshapen, of integers, or of another kind of model
   */
  finish(): string[] {
    const names = [...this.#checkpoint.tensors.keys()];
    const unused = names.filter((name) => !this.#taken.has(name) && !IGNORED.test(name));
    const told = this.#whatIsTold(names, unused);
    const isWhole = [this.#missing, this.#misshapen, this.#integers].every(({ size }) => size === 0);
    if (isWhole && told === undefined) return unused;
    const problems: [string, readonly string[]][] = [
      ['missing', [...this.#missing]],
      ['of another shape', [...this.#misshapen]],
      ['stored as integers', [...this.#integers]],
      ['not part of the model', unused],
    ];
    const found = problems.filter(([, names]) => names.length > 0).map(([what, names]) => counted(what, names));
    throw new ModelError(
      'checkpoint_mismatch',
      `the tensors in ${this.#checkpoint.files.join(', ')} are not those that config.json asks for: ` +
        [...(told === undefined ? [] : [told]), ...found].join('; '),
    );
  }

  /** What the names tell beyond each of them being wrong. */
  #whatIsTold(names: readonly string[], unused: readonly string[]): string | undefined {
    const told = whatNamesTell(unused);
    if (told !== undefined) return told;
    const prefix = this.#missing.size > 0 ? commonPrefix(names) : undefined;
    if (prefix !== undefined) return prefixAdvice(prefix, basename(this.#checkpoint.files.at(-1) ?? ''));
    const modules = new Set([...this.#taken].map(moduleOf));
    const foreign = unused.map(moduleOf).find((module) => TASK_MODULES.has(module) && !modules.has(module));
    // Pretraining of the original code keeps the modules of every task.
    if (foreign === undefined || this.#checkpoint.isOriginal) return undefined;
    return `these are the weights of a model for another task, which has ${foreign}; correct "architectures" in config.json`;
  }
}

function moduleOf(name: string): string {
  return name.split('.', 1)[0]!;
}
