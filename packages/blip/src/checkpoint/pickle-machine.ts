import { PickleError, type PickleReader } from './pickle-reader.js';

/**
 * What a pickle can build here: plain values, and what the caller's globals and persistent ids stand for. A tuple is
 * a frozen array.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | object;

/** The only things outside itself that a pickle can reach. */
export interface PickleWorld {
  /** The value of an importable name such as `collections.OrderedDict`, or undefined to refuse it. */
  global(name: string): PickleValue | undefined;
  /** Calls a value that `global` gave. */
  call(callee: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** Whether an object has no content here, so that all that is put into it is dropped. */
  isInert(target: PickleValue): boolean;
  /** Sets the state of an object, as `__setstate__` would. */
  setState(target: PickleValue, state: PickleValue): void;
  /** The object that a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
}

/** BLIP-large's pickle never holds more than 3 000 values at once. */
const STACK_MAX = 100_000;
const MARKS_MAX = 1_000;

/** The stack, marks and memo of a run. Everything that an opcode takes must be there and above the last mark. */
export class PickleMachine {
  readonly memo = new Map<number, PickleValue>();
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];

  constructor(
    readonly input: PickleReader,
    readonly world: PickleWorld,
  ) {}

  push(value: PickleValue): void {
    if (this.#stack.length >= STACK_MAX) throw new PickleError(`holds more than ${STACK_MAX} values at once`, true);
    this.#stack.push(value);
  }

  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new PickleError('takes a value from an empty stack');
    return this.#stack.at(-1)!;
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.length--;
    return value;
  }

  /** The topmost values in the order in which they were pushed. */
  popMany(count: number): PickleValue[] {
    const values: PickleValue[] = [];
    for (let i = 0; i < count; i++) values.unshift(this.pop());
    return values;
  }

  mark(): void {
    if (this.#marks.length >= MARKS_MAX) throw new PickleError(`is nested more than ${MARKS_MAX} deep`, true);
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleError('takes values up to a mark that is not there');
    return this.#stack.splice(mark);
  }

  recall(index: number): PickleValue {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError(`recalls the value ${index}, which it never stored`);
    return value;
  }
}
