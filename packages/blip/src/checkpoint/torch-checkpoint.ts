import { dtypeBytes } from './dtype.js';
import { PickleError } from './pickle-reader.js';
import { ELEMENTS_MAX, elementCount, readElements, type StoredTensor, type WeightsFile } from './stored-tensor.js';
import { readStateDict, storageBytes, type TorchTensor } from './torch-pickle.js';
import { readZipDirectory, type ZipEntry } from './torch-zip.js';
import { WeightFile } from './weight-file.js';

/** A hundred times BLIP-large's. */
const PICKLE_BYTES_MAX = 16 * 2 ** 20;
/** Before PyTorch 1.6, torch.save wrote a bare pickle; its first opcode is PROTO. */
const LEGACY_FIRST_BYTE = 0x80;
const RESAVE = `python3 -c "import torch; f='FILE'; torch.save(torch.load(f, weights_only=True), f)"`;

type Archive = ReadonlyMap<string, ZipEntry>;

/**
 * Opens what torch.save(state_dict, path) writes: a zip of `NAME/data.pkl`, which describes the tensors, and
 * `NAME/data/KEY`, one for each storage. Nothing in the pickle is run.
 *
 * @throws ModelError where the archive is damaged, or its pickle asks for anything but tensors
 */
export async function openTorchCheckpoint(path: string): Promise<WeightsFile> {
  const file = await WeightFile.open(path);
  try {
    if (file.size > 0 && (await file.read(0, 1))[0] === LEGACY_FIRST_BYTE) {
      throw file.refused(
        `it has the format of PyTorch before 1.6; save it again with PyTorch: ${RESAVE.replace('FILE', file.name)}`,
      );
    }
    const archive = await readZipDirectory(file);
    const [root, pickle] = findPickle(file, archive);
    await checkByteOrder(file, archive.get(`${root}/byteorder`));
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of parse(file, await file.read(pickle.position, pickle.size))) {
      const entry = archive.get(`${root}/data/${tensor.storage.key}`);
      if (entry?.size !== storageBytes(tensor.storage)) {
        throw file.invalid(`the storage of tensor ${name} is ${entry ? `${entry.size} bytes long` : 'missing'}`);
      }
      tensors.set(name, storedTensor(file, tensor, entry.position));
    }
    return { file, tensors };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function findPickle(file: WeightFile, archive: Archive): [root: string, pickle: ZipEntry] {
  const found = [...archive].filter(([name]) => /^[^/]+\/data\.pkl$/.test(name));
  const [[name, pickle] = []] = found;
  if (!name || !pickle || found.length > 1) throw file.invalid('it is no archive that torch.save has written');
  if (pickle.size > PICKLE_BYTES_MAX) throw file.refused(`its pickle is ${pickle.size} bytes long`);
  return [name.slice(0, name.indexOf('/')), pickle];
}

async function checkByteOrder(file: WeightFile, entry: ZipEntry | undefined): Promise<void> {
  // Absent from files of PyTorch before 2.1, which were little-endian on all common machines.
  if (!entry) return;
  const order = entry.size === 6 ? (await file.read(entry.position, entry.size)).toString('latin1') : '';
  if (order !== 'little') throw file.refused('its numbers are not little-endian; save it again on another machine');
}

function parse(file: WeightFile, pickle: Buffer): ReadonlyMap<string, TorchTensor> {
  try {
    return readStateDict(pickle);
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    const detail = `its pickle ${error.message.replace("'FILE'", `'${file.name}'`)}`;
    throw error.refused ? file.refused(detail) : file.invalid(detail);
  }
}

function storedTensor(file: WeightFile, tensor: TorchTensor, storageStart: number): StoredTensor {
  const { shape, strides, offset } = tensor;
  const { dtype } = tensor.storage;
  const count = elementCount(shape)!;
  const position = storageStart + offset * dtypeBytes[dtype];
  const read = async () => {
    if (count === 0 || isContiguous(shape, strides)) return await readElements(file, position, dtype, count);
    const span = shape.reduce((index, size, axis) => index + (size - 1) * strides[axis]!, 1);
    if (span > ELEMENTS_MAX) throw file.refused(`a tensor is spread over ${span} elements of its storage`);
    return gather(await readElements(file, position, dtype, span), shape, strides);
  };
  return { dtype, shape, read };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Copies a strided view into C order. */
function gather(source: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const target = new Float32Array(shape.reduce((count, size) => count * size, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return target;
}
