import { PickleError, PickleReader } from './pickle-reader.js';

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
  /** Sets the state of an object, as `__setstate__` would. */
  setState(target: PickleValue, state: PickleValue): void;
  /** The object that a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
}

/** BLIP-large's pickle has about 25 000 opcodes and never holds more than 3 000 values at once. */
const OPCODES_MAX = 2_000_000;
const STACK_MAX = 100_000;
const MARKS_MAX = 1_000;

/** The state of a run, as far as opcodes may touch it. */
interface Machine {
  readonly input: PickleReader;
  readonly world: PickleWorld;
  readonly memo: Map<number, PickleValue>;
  push(value: PickleValue): void;
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  /** Everything above the last mark, which goes too. */
  popToMark(): PickleValue[];
}

/**
 * Rebuilds the value that a pickle describes, running nothing: the opcodes are data to a small machine that can only
 * build plain values and ask `world` for the rest. Takes the opcodes that torch.save writes with protocols 2 to 5.
 *
 * Sharing is kept, not copied, and no value is ever walked, so that the cost is bounded by the pickle's own length.
 *
 * @throws PickleError
 */
export function unpickle(bytes: Buffer, world: PickleWorld): PickleValue {
  const machine = createMachine(new PickleReader(bytes), world);
  for (let count = 0; count < OPCODES_MAX; count++) {
    const code = machine.input.u8();
    if (code === STOP) return machine.pop();
    const run = opcodes[code];
    if (!run) throw new PickleError(`uses the opcode 0x${code.toString(16)}, which a state dict has no need of`, true);
    run(machine);
  }
  throw new PickleError(`has more than ${OPCODES_MAX} opcodes`, true);
}

function createMachine(input: PickleReader, world: PickleWorld): Machine {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const floor = () => marks.at(-1) ?? 0;
  const top = () => {
    if (stack.length <= floor()) throw new PickleError('takes a value from an empty stack');
    return stack.at(-1)!;
  };
  return {
    input,
    world,
    memo: new Map(),
    top,
    push(value) {
      if (stack.length >= STACK_MAX) throw new PickleError(`holds more than ${STACK_MAX} values at once`, true);
      stack.push(value);
    },
    pop() {
      const value = top();
      stack.length--;
      return value;
    },
    mark() {
      if (marks.length >= MARKS_MAX) throw new PickleError(`is nested more than ${MARKS_MAX} deep`, true);
      marks.push(stack.length);
    },
    popToMark() {
      const mark = marks.pop();
      if (mark === undefined) throw new PickleError('takes values up to a mark that is not there');
      return stack.splice(mark);
    },
  };
}

const STOP = 0x2e;

/** Names and arguments as in Python's pickletools. */
const opcodes: Readonly<Record<number, (m: Machine) => void>> = {
  128: (m) => checkProtocol(m.input.u8()), // PROTO
  149: (m) => void m.input.u64(), // FRAME: a hint for buffering
  40: (m) => m.mark(), // MARK
  48: (m) => void m.pop(), // POP
  49: (m) => void m.popToMark(), // POP_MARK

  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.input.i32()), // BININT
  75: (m) => m.push(m.input.u8()), // BININT1
  77: (m) => m.push(m.input.u16()), // BININT2
  138: (m) => m.push(m.input.integer(m.input.u8())), // LONG1
  139: (m) => m.push(m.input.integer(m.input.u32())), // LONG4
  71: (m) => m.push(m.input.f64()), // BINFLOAT
  88: (m) => m.push(m.input.text(m.input.u32())), // BINUNICODE
  140: (m) => m.push(m.input.text(m.input.u8())), // SHORT_BINUNICODE
  141: (m) => m.push(m.input.text(m.input.u64())), // BINUNICODE8

  41: (m) => m.push(tuple([])), // EMPTY_TUPLE
  116: (m) => m.push(tuple(m.popToMark())), // TUPLE
  133: (m) => m.push(tuple(popMany(m, 1))), // TUPLE1
  134: (m) => m.push(tuple(popMany(m, 2))), // TUPLE2
  135: (m) => m.push(tuple(popMany(m, 3))), // TUPLE3
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => append(m, popMany(m, 1)), // APPEND
  101: (m) => append(m, m.popToMark()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => setItems(m, popMany(m, 2)), // SETITEM
  117: (m) => setItems(m, m.popToMark()), // SETITEMS

  113: (m) => m.memo.set(m.input.u8(), m.top()), // BINPUT
  114: (m) => m.memo.set(m.input.u32(), m.top()), // LONG_BINPUT
  148: (m) => m.memo.set(m.memo.size, m.top()), // MEMOIZE
  104: (m) => m.push(recall(m, m.input.u8())), // BINGET
  106: (m) => m.push(recall(m, m.input.u32())), // LONG_BINGET

  99: (m) => m.push(findGlobal(m, m.input.line(), m.input.line())), // GLOBAL
  147: (m) => stackGlobal(m), // STACK_GLOBAL
  105: (m) => void findGlobal(m, m.input.line(), m.input.line()), // INST: only to refuse it by name
  82: (m) => reduce(m), // REDUCE
  98: (m) => build(m), // BUILD
  81: (m) => m.push(m.world.persistent(m.pop())), // BINPERSID
};

function checkProtocol(protocol: number): void {
  if (protocol < 2 || protocol > 5) throw new PickleError(`has the protocol ${protocol}`, true);
}

function tuple(items: PickleValue[]): readonly PickleValue[] {
  return Object.freeze(items);
}

function popMany(m: Machine, count: number): PickleValue[] {
  const items: PickleValue[] = [];
  for (let i = 0; i < count; i++) items.unshift(m.pop());
  return items;
}

function append(m: Machine, items: readonly PickleValue[]): void {
  const list = m.top();
  if (!Array.isArray(list) || Object.isFrozen(list)) throw new PickleError('appends to something that is no list');
  for (const item of items) list.push(item);
}

function setItems(m: Machine, items: readonly PickleValue[]): void {
  const dict = m.top();
  if (!(dict instanceof Map) || items.length % 2 !== 0)
    throw new PickleError('sets items of something that is no dict');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    if (typeof key !== 'string' && typeof key !== 'number') throw new PickleError('has a dict key that is no string');
    dict.set(key, items[i + 1]!);
  }
}

function recall(m: Machine, index: number): PickleValue {
  const value = m.memo.get(index);
  if (value === undefined) throw new PickleError(`recalls the value ${index}, which it never stored`);
  return value;
}

function findGlobal(m: Machine, module: string, name: string): PickleValue {
  const value = m.world.global(`${module}.${name}`);
  if (value === undefined) {
    throw new PickleError(`imports ${module}.${name}, which a state dict has no need of; nothing was run`, true);
  }
  return value;
}

function stackGlobal(m: Machine): void {
  const [module, name] = popMany(m, 2);
  if (typeof module !== 'string' || typeof name !== 'string') throw new PickleError('imports something without a name');
  m.push(findGlobal(m, module, name));
}

function reduce(m: Machine): void {
  const [callee, args] = popMany(m, 2);
  if (!Array.isArray(args)) throw new PickleError('calls something without a tuple of arguments');
  m.push(m.world.call(callee!, args));
}

function build(m: Machine): void {
  const state = m.pop();
  m.world.setState(m.top(), state);
}
