import { ModelError } from '../model-error.js';
import type { Checkpoint } from './checkpoint.js';

/** A tensor that the model uses, to be read when its values are needed. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32 in C order. */
  read(): Promise<Float32Array>;
}

/** A buffer 0, 1, 2, … that some versions of transformers stored; it carries nothing. */
const IGNORED = /\.embeddings\.position_ids$/;
const NAMES_SHOWN = 10;

/**
 * Keeps the account between a model and its checkpoint: the model takes every tensor it needs, with the shape it
 * needs, and `finish` demands that the checkpoint holds those and no others.
 */
export class StateDict {
  readonly #checkpoint: Checkpoint;
  readonly #taken = new Set<string>();
  readonly #missing: string[] = [];
  readonly #misshapen: string[] = [];

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /**
   * The tensor `name`. Where it is missing or has another shape this is noted for `finish`, so that the caller can go
   * on and the user sees all that is wrong at once; reading it fails.
   */
  take(name: string, shape: readonly number[]): Weight {
    const stored = this.#checkpoint.tensors.get(name);
    this.#taken.add(name);
    if (!stored) this.#missing.push(name);
    else if (String(stored.shape) !== String(shape)) {
      this.#misshapen.push(`${name} is [${stored.shape}] and should be [${shape}]`);
    }
    return { name, shape, read: () => this.#checkpoint.read(name) };
  }

  /** One parameter that is stored under any of `names`: the first that is present. The others must agree in shape. */
  takeAny(names: readonly [string, ...string[]], shape: readonly number[]): Weight {
    const present = names.filter((name) => this.has(name));
    const [first = this.take(names[0], shape)] = present.map((name) => this.take(name, shape));
    return first;
  }

  /**
   * The decoder's projection onto the vocabulary: weight [V, D] and bias [V]. A checkpoint without a weight of its own
   * is tied: the word embeddings serve. Both names of the bias mean one parameter.
   */
  takeVocabularyProjection(decoder: string, vocabSize: number, hiddenSize: number): { weight: Weight; bias: Weight } {
    const head = `${decoder}.cls.predictions`;
    return {
      weight: this.takeAny(
        [`${head}.decoder.weight`, `${decoder}.bert.embeddings.word_embeddings.weight`],
        [vocabSize, hiddenSize],
      ),
      bias: this.takeAny([`${head}.decoder.bias`, `${head}.bias`], [vocabSize]),
    };
  }

  /** @throws ModelError naming the tensors that are missing, misshapen or used by nothing */
  finish(): void {
    const unused = [...this.#checkpoint.tensors.keys()].filter((name) => !this.#taken.has(name) && !IGNORED.test(name));
    const problems = [
      ['missing', this.#missing],
      ['of another shape', this.#misshapen],
      ['not part of the model', unused],
    ] as const;
    const found = problems.filter(([, names]) => names.length > 0).map(([what, names]) => describe(what, names));
    if (found.length === 0) return;
    const where = this.#checkpoint.files.join(', ');
    throw new ModelError(
      'checkpoint_mismatch',
      `the tensors in ${where} are not those that config.json asks for: ${found.join('; ')}`,
    );
  }
}

function describe(what: string, names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.length} ${what}: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}
