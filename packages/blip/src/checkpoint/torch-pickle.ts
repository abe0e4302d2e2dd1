import { type Dtype, dtypeBytes } from './dtype.js';
import type { PickleValue, PickleWorld } from './pickle-machine.js';
import { PickleError } from './pickle-reader.js';
import { elementCount } from './stored-tensor.js';
import { unpickle } from './unpickle.js';

/** A storage that the pickle mentions: consecutive elements in an archive entry of their own. */
export class TorchStorage {
  constructor(
    readonly dtype: Dtype,
    /** The entry's name below `data/`. */
    readonly key: string,
    readonly elements: number,
  ) {}
}

/** A strided view of a storage; offset and strides count elements, and every index lies inside the storage. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

class StorageType {
  constructor(readonly dtype: Dtype) {}
}

/** Something callable, kept apart from all that a pickle can build itself. */
class Callable {
  constructor(readonly apply: (args: readonly PickleValue[]) => PickleValue) {}
}

/**
 * Something that a training script saved beside the weights: its settings, the paths that it read. It is kept as a name
 * without content, so that nothing of it can be reached or run.
 */
class Leftover {
  constructor(readonly name: string) {}
}

/** What training scripts, Lightning and LAVIS leave beside a state dict. All of it becomes a Leftover. */
const leftovers =
  /^(argparse\.Namespace|pathlib\.\w*Path|datetime\.\w+|_codecs\.encode|numpy\.(core|_core)\.multiarray\.(scalar|_reconstruct)|numpy\.(dtype|ndarray|float64|float32|int64)|torch\.(device|Size|dtype|float\d+|bfloat16|int\d+|uint8|bool)|(__builtin__|builtins)\.(set|list|dict|int|float|bool|str|complex)|typing\.\w+|omegaconf\.[\w.]+|(pytorch_)?lightning(_fabric|_utilities)?\.[\w.]+|ruamel\.yaml\.[\w.]+|yacs\.config\.CfgNode|easydict\.EasyDict|lavis\.common\.config\.\w+)$/;

/** Everything that the pickle of a state dict may import, leftovers aside. */
const globals: ReadonlyMap<string, PickleValue> = new Map<string, PickleValue>([
  ['collections.OrderedDict', new Callable(orderedDict)],
  ['torch._utils._rebuild_tensor_v2', new Callable(rebuildTensor)],
  ['torch._utils._rebuild_parameter', new Callable(rebuildParameter)],
  ['torch.DoubleStorage', new StorageType('F64')],
  ['torch.FloatStorage', new StorageType('F32')],
  ['torch.HalfStorage', new StorageType('F16')],
  ['torch.BFloat16Storage', new StorageType('BF16')],
  ['torch.LongStorage', new StorageType('I64')],
  ['torch.IntStorage', new StorageType('I32')],
  ['torch.ShortStorage', new StorageType('I16')],
  ['torch.CharStorage', new StorageType('I8')],
  ['torch.ByteStorage', new StorageType('U8')],
  ['torch.BoolStorage', new StorageType('BOOL')],
]);

const world: PickleWorld = {
  global: (name) => globals.get(name) ?? (leftovers.test(name) ? new Leftover(name) : undefined),
  call(callee, args) {
    if (callee instanceof Leftover) return callee;
    if (!(callee instanceof Callable)) throw new PickleError('calls something that is no function', true);
    return callee.apply(args);
  },
  setState(target) {
    // A module's state dict carries the attribute `_metadata` (versions of its layers), which changes no tensor.
    if (!(target instanceof Map)) throw new PickleError('sets the state of something that is no dict', true);
  },
  isInert: (target) => target instanceof Leftover,
  persistent: loadStorage,
};

/**
 * The tensors by name in the pickle of a state dict, or of a dict that keeps one under `state_dict` or `model`, as
 * training scripts save it.
 *
 * @throws PickleError
 */
export function readStateDict(pickle: Buffer): ReadonlyMap<string, TorchTensor> {
  const root = unpickle(pickle, world);
  const inner = root instanceof Map ? (root.get('state_dict') ?? root.get('model')) : undefined;
  const dict = inner instanceof Map ? inner : root;
  if (!(dict instanceof Map)) throw new PickleError('holds no state dict', true);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, value] of dict) {
    if (typeof name !== 'string' || !(value instanceof TorchTensor)) throw noTensor(name, dict);
    tensors.set(name, value);
  }
  return tensors;
}

/** The error for a dict that is no state dict: it may hold one. */
function noTensor(name: PickleValue, dict: ReadonlyMap<PickleValue, PickleValue>): PickleError {
  const held = [...dict].find(([, value]) => value instanceof Map && [...value.values()].some(isTensor));
  if (held === undefined) return new PickleError(`has under ${JSON.stringify(name)} something that is no tensor`, true);
  const key = JSON.stringify(held[0]);
  const save = `import torch; f='FILE'; torch.save(torch.load(f, map_location='cpu')['${held[0]}'], f)`;
  return new PickleError(
    `holds a training run, with the weights under ${key}; save those alone: python3 -c "${save}"`,
    true,
  );
}

function isTensor(value: PickleValue): boolean {
  return value instanceof TorchTensor;
}

function orderedDict(args: readonly PickleValue[]): PickleValue {
  if (args.length > 0) throw new PickleError('makes an OrderedDict with arguments', true);
  return new Map();
}

/** `('storage', type, key, device, elements)`; where the tensors were when they were saved does not matter. */
function loadStorage(id: PickleValue): PickleValue {
  const [kind, type, key, , elements] = Array.isArray(id) ? id : [];
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(elements)) {
    throw new PickleError('has a persistent id that is no storage');
  }
  if (!/^\d+$/.test(key)) throw new PickleError(`has a storage of the strange name ${JSON.stringify(key)}`, true);
  return new TorchStorage(type.dtype, key, elements);
}

function rebuildParameter([tensor]: readonly PickleValue[]): PickleValue {
  if (!(tensor instanceof TorchTensor)) throw new PickleError('has a parameter without a tensor');
  return tensor;
}

/** `(storage, offset, size, stride, requires_grad, hooks)`. */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): PickleValue {
  if (!(storage instanceof TorchStorage)) throw new PickleError('has a tensor without a storage');
  const count = elementCount(shape);
  const sound = isCount(offset) && Array.isArray(strides) && strides.every(isCount);
  if (count === undefined || !sound || strides.length !== (shape as number[]).length) {
    throw new PickleError(`has a tensor of an impossible shape in storage ${storage.key}`);
  }
  const sizes = shape as number[];
  // All terms are positive, so rounding beyond 2^53 cannot bring the sum back below the bound.
  const last = sizes.reduce((index, size, axis) => index + (size - 1) * strides[axis]!, offset);
  if (count > 0 && last >= storage.elements) {
    throw new PickleError(`has a tensor that reaches element ${last} of ${storage.elements} in storage ${storage.key}`);
  }
  // Otherwise a few bytes repeated with stride 0 could ask for gigabytes.
  if (count > storage.elements) throw new PickleError(`expands storage ${storage.key} to ${count} elements`, true);
  return new TorchTensor(storage, offset, Object.freeze([...sizes]), Object.freeze([...strides]));
}

function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Bytes that a storage takes in its archive entry. */
export function storageBytes({ dtype, elements }: TorchStorage): number {
  return elements * dtypeBytes[dtype];
}
