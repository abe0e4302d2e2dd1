import { type Dtype, dtypeBytes, isDtype } from './dtype.js';
import { elementCount, readElements, type StoredTensor, type WeightsFile } from './stored-tensor.js';
import { WeightFile } from './weight-file.js';

/** The bound of the reference implementation. */
const HEADER_BYTES_MAX = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly count: number;
  /** Bytes from the start of the data section. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Opens a safetensors file: 8 bytes of header length, a JSON header, then the tensors without gap or overlap
 * (https://huggingface.co/docs/safetensors/index#format).
 *
 * @throws ModelError where the header does not describe exactly the bytes that follow it
 */
export async function openSafetensors(path: string): Promise<WeightsFile> {
  const file = await WeightFile.open(path);
  try {
    const { header, dataStart } = await readHeader(file);
    const entries = Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, value]) => parseEntry(file, name, value));
    checkLayout(file, entries, file.size - dataStart);
    const tensors = new Map<string, StoredTensor>();
    for (const { name, dtype, shape, count, begin } of entries) {
      tensors.set(name, { dtype, shape, read: () => readElements(file, dataStart + begin, dtype, count) });
    }
    return { file, tensors };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: WeightFile): Promise<{ header: object; dataStart: number }> {
  if (file.size < 8) throw file.invalid('it is too short to be a safetensors file');
  const length = (await file.read(0, 8)).readBigUInt64LE();
  if (length > HEADER_BYTES_MAX || Number(length) > file.size - 8) {
    throw file.invalid(`its header claims ${length} bytes, more than the file or the format allows`);
  }
  const text = (await file.read(8, Number(length))).toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is no use to anyone when it is binary.
    throw file.invalid('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw file.invalid('its header is not a JSON object');
  }
  return { header, dataStart: 8 + Number(length) };
}

function parseEntry(file: WeightFile, name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (!isDtype(dtype)) throw file.refused(`tensor ${name} has the unsupported dtype ${JSON.stringify(dtype)}`);
  const count = elementCount(shape);
  if (count === undefined) throw file.invalid(`tensor ${name} has an impossible shape`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end < begin) {
    throw file.invalid(`tensor ${name} has impossible data_offsets`);
  }
  if (end - begin !== count * dtypeBytes[dtype]) {
    throw file.invalid(`tensor ${name} takes ${end - begin} bytes where its shape and dtype need another number`);
  }
  return { name, dtype, shape: shape as number[], count, begin, end };
}

/** The tensors must cover the data section from its first byte to its last, each byte once. */
function checkLayout(file: WeightFile, entries: readonly Entry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      throw file.invalid(`tensor ${name} starts at byte ${begin} of the data where ${covered} was due`);
    }
    covered = end;
  }
  if (covered !== dataBytes) throw file.invalid(`its tensors need ${covered} bytes of data and it has ${dataBytes}`);
}
