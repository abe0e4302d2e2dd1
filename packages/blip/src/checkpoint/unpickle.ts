import { PickleMachine, type PickleValue, type PickleWorld } from './pickle-machine.js';
import { PickleError, PickleReader } from './pickle-reader.js';

/** BLIP-large's pickle has about 25 000. */
const OPCODES_MAX = 2_000_000;

/**
 * Rebuilds the value that a pickle describes, running nothing: the opcodes are data to a small machine that can only
 * build plain values and ask `world` for the rest. Takes the opcodes that torch.save writes with protocols 2 to 5.
 *
 * Sharing is kept, not copied, and no value is ever walked, so that the cost is bounded by the pickle's own length.
 *
 * @throws PickleError
 */
export function unpickle(bytes: Buffer, world: PickleWorld): PickleValue {
  const machine = new PickleMachine(new PickleReader(bytes), world);
  for (let count = 0; count < OPCODES_MAX; count++) {
    const code = machine.input.u8();
    if (code === STOP) return machine.pop();
    const run = opcodes.get(code);
    if (!run) throw new PickleError(`uses the opcode 0x${code.toString(16)}, which a state dict has no need of`, true);
    run(machine);
  }
  throw new PickleError(`has more than ${OPCODES_MAX} opcodes`, true);
}

const STOP = 0x2e;

type Opcode = (machine: PickleMachine) => void;

/** Names and arguments as in Python's pickletools. */
const opcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, (m) => checkProtocol(m.input.u8())], // PROTO
  [0x95, (m) => void m.input.u64()], // FRAME: a hint for buffering
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.input.i32())], // BININT
  [0x4b, (m) => m.push(m.input.u8())], // BININT1
  [0x4d, (m) => m.push(m.input.u16())], // BININT2
  [0x8a, (m) => m.push(m.input.integer(m.input.u8()))], // LONG1
  [0x8b, (m) => m.push(m.input.integer(m.input.u32()))], // LONG4
  [0x47, (m) => m.push(m.input.f64())], // BINFLOAT
  [0x58, (m) => m.push(m.input.text(m.input.u32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.input.text(m.input.u8()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.input.text(m.input.u64()))], // BINUNICODE8

  [0x29, (m) => m.push(tuple([]))], // EMPTY_TUPLE
  [0x74, (m) => m.push(tuple(m.popToMark()))], // TUPLE
  [0x85, (m) => m.push(tuple(m.popMany(1)))], // TUPLE1
  [0x86, (m) => m.push(tuple(m.popMany(2)))], // TUPLE2
  [0x87, (m) => m.push(tuple(m.popMany(3)))], // TUPLE3
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x61, (m) => append(m, m.popMany(1))], // APPEND
  [0x65, (m) => append(m, m.popToMark())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x73, (m) => setItems(m, m.popMany(2))], // SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // SETITEMS

  [0x71, (m) => m.memo.set(m.input.u8(), m.top())], // BINPUT
  [0x72, (m) => m.memo.set(m.input.u32(), m.top())], // LONG_BINPUT
  [0x94, (m) => m.memo.set(m.memo.size, m.top())], // MEMOIZE
  [0x68, (m) => m.push(m.recall(m.input.u8()))], // BINGET
  [0x6a, (m) => m.push(m.recall(m.input.u32()))], // LONG_BINGET

  [0x63, (m) => m.push(findGlobal(m, m.input.line(), m.input.line()))], // GLOBAL
  [0x93, (m) => stackGlobal(m)], // STACK_GLOBAL
  [0x69, (m) => refuseInstance(m)], // INST
  [0x52, (m) => reduce(m)], // REDUCE
  [0x81, (m) => reduce(m)], // NEWOBJ: here the same, as no class can be called
  [0x62, (m) => build(m)], // BUILD
  [0x51, (m) => m.push(m.world.persistent(m.pop()))], // BINPERSID
]);

function checkProtocol(protocol: number): void {
  if (protocol < 2 || protocol > 5) throw new PickleError(`has the protocol ${protocol}`, true);
}

function tuple(items: PickleValue[]): readonly PickleValue[] {
  return Object.freeze(items);
}

function append(m: PickleMachine, items: readonly PickleValue[]): void {
  const list = m.top();
  if (m.world.isInert(list)) return;
  if (!Array.isArray(list) || Object.isFrozen(list)) throw new PickleError('appends to something that is no list');
  for (const item of items) list.push(item);
}

function setItems(m: PickleMachine, items: readonly PickleValue[]): void {
  const dict = m.top();
  if (m.world.isInert(dict)) return;
  if (!(dict instanceof Map) || items.length % 2 !== 0)
    throw new PickleError('sets items of something that is no dict');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    if (typeof key !== 'string' && typeof key !== 'number') throw new PickleError('has a dict key that is no string');
    dict.set(key, items[i + 1]!);
  }
}

function findGlobal(m: PickleMachine, module: string, name: string): PickleValue {
  const value = m.world.global(`${module}.${name}`);
  if (value === undefined) throw new PickleError(`imports ${module}.${name}, ${needless(module, name)}`, true);
  return value;
}

/** Why an import is refused; a class of a model tells that the model itself was saved. */
function needless(module: string, name: string): string {
  if (
    /^(torchao|quanto|optimum|bitsandbytes)\b/.test(module) ||
    /^(QU?Int\d+(x\d+)?Storage|_rebuild_qtensor)$/.test(name)
  ) {
    return 'of quantised weights; nothing was run; BlipQ takes the model as it was before and quantises by itself';
  }
  if (!/^(transformers|peft|torch\.nn|models|lavis)\b|^__main__$/.test(module)) {
    return 'which a state dict has no need of; nothing was run';
  }
  return 'a class, so that it holds a model and not its weights; nothing was run; save the weights with model.save_pretrained(FOLDER) or torch.save(model.state_dict(), "pytorch_model.bin")';
}

/** Python 2's way to make an object. It is read only so that the error can say which. */
function refuseInstance(m: PickleMachine): never {
  const name = [m.input.line(), m.input.line()].join('.');
  throw new PickleError(`imports ${name}, which a state dict has no need of; nothing was run`, true);
}

function stackGlobal(m: PickleMachine): void {
  const [module, name] = m.popMany(2);
  if (typeof module !== 'string' || typeof name !== 'string') throw new PickleError('imports something without a name');
  m.push(findGlobal(m, module, name));
}

function reduce(m: PickleMachine): void {
  const [callee, args] = m.popMany(2);
  if (!Array.isArray(args)) throw new PickleError('calls something without a tuple of arguments');
  m.push(m.world.call(callee!, args));
}

function build(m: PickleMachine): void {
  const state = m.pop();
  if (!m.world.isInert(m.top())) m.world.setState(m.top(), state);
}
