import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import type { WeightFile } from './weight-file.js';

/** Where the bytes of an archive's entry lie in the file. */
export interface ZipEntry {
  readonly position: number;
  readonly size: number;
}

/** BLIP-large has about 1 200 tensors. */
const ENTRIES_MAX = 65_536;
const STORED = 0;
const LOCAL_HEADER_BYTES_MIN = 30;

/**
 * The entries of the zip archive that torch.save writes, by name. Tensors are read in place, so every entry must be
 * stored as it is: neither compressed nor encrypted, wholly inside the file, and sharing no bytes with another.
 *
 * @throws ModelError where the archive is damaged or of another kind
 */
export async function readZipDirectory(file: WeightFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = await new Promise<Map<string, ZipEntry>>((resolve, reject) => {
    const reader = new FileReader(file, reject);
    fromRandomAccessReaderPromise(reader, file.size, { autoClose: false, strictFileNames: true })
      .then((zip) => collectEntries(file, zip))
      .then(resolve, reject);
  }).catch((error) => {
    if (error?.name === 'ModelError') throw error;
    throw file.invalid(`it is no sound zip archive (${error.message})`);
  });
  checkOverlap(file, entries);
  return entries;
}

/** Lets yauzl read through our bounds. What it throws while it looks at the bytes would otherwise reach nobody. */
class FileReader extends RandomAccessReader {
  readonly #file: WeightFile;
  readonly #fail: (error: unknown) => void;

  constructor(file: WeightFile, fail: (error: unknown) => void) {
    super();
    this.#file = file;
    this.#fail = fail;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#file
      .readInto(buffer.subarray(offset, offset + length), position)
      .then(
        () => callback(null, length),
        (error) => callback(error),
      )
      .catch(this.#fail);
  }
}

async function collectEntries(file: WeightFile, zip: ZipFile): Promise<Map<string, ZipEntry>> {
  if (zip.entryCount > ENTRIES_MAX) throw file.refused(`its archive has ${zip.entryCount} entries`);
  const entries = new Map<string, ZipEntry>();
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (entries.has(name)) throw file.refused(`its archive has two entries named ${name}`);
    entries.set(name, await locate(file, zip, entry));
  }
  return entries;
}

async function locate(file: WeightFile, zip: ZipFile, entry: Entry): Promise<ZipEntry> {
  const { fileName: name, uncompressedSize: size, relativeOffsetOfLocalHeader: header } = entry;
  if (entry.isEncrypted()) throw file.refused(`its entry ${name} is encrypted`);
  if (entry.compressionMethod !== STORED || entry.compressedSize !== size) {
    throw file.refused(`its entry ${name} is compressed, which torch.save never does; save the model again`);
  }
  const { fileDataStart: position } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (position < header + LOCAL_HEADER_BYTES_MIN || !(position + size <= file.size)) {
    throw file.invalid(`its entry ${name} lies outside the file`);
  }
  return { position, size };
}

function checkOverlap(file: WeightFile, entries: ReadonlyMap<string, ZipEntry>): void {
  let free = 0;
  const filled = [...entries].filter(([, { size }]) => size > 0);
  for (const [name, { position, size }] of filled.sort(([, a], [, b]) => a.position - b.position)) {
    if (position < free) throw file.refused(`its entry ${name} overlaps another`);
    free = position + size;
  }
}
