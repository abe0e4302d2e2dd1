import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a fixture, from the sources and from what they are built into alike. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../src/checkpoint/fixtures/${name}`, import.meta.url));
}

const folders: string[] = [];

/** A new folder that holds `files`, as the model folders of the Hub do, until `removeModelFolders`. */
export async function modelFolder(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blipq-checkpoint-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** Removes all that `modelFolder` has made. */
export async function removeModelFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
}

/** A safetensors file with this header, whether or not it fits the data. */
export function safetensors(header: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

/** An entry of a zip, and lies to tell about it in the central directory. */
export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly headerAt?: number;
}

/** A zip archive of stored entries (APPNOTE 4.3), checksums left at 0 as torch's reader ignores them too. */
export function zip(parts: readonly ZipPart[], end: { disk?: number; count?: number; at?: number } = {}): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, data, method = 0, flags = 0, size = data.length, compressedSize = size, headerAt } of parts) {
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(nameBytes.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(compressedSize, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(nameBytes.length, 28);
    central.writeUInt32LE(headerAt ?? position, 42);
    directory.push(central, nameBytes);
    chunks.push(local, nameBytes, Buffer.from(data));
    position += 30 + nameBytes.length + data.length;
  }
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(end.disk ?? 0, 4);
  tail.writeUInt16LE(end.count ?? parts.length, 10);
  tail.writeUInt32LE(end.at ?? position, 16);
  return Buffer.concat([...chunks, ...directory, tail]);
}

/** A file as torch.save writes it: this pickle and these storages, the first of which has the key 0. */
export function torchFile(pickle: Uint8Array, storages: readonly Uint8Array[] = []): Buffer {
  return zip([
    { name: 'archive/data.pkl', data: pickle },
    ...storages.map((data, key) => ({ name: `archive/data/${key}`, data })),
  ]);
}

type PickleArgument = string | number | null | readonly PickleArgument[];

/** The opcodes that push a value; arrays become tuples. */
export function push(value: PickleArgument): Buffer {
  if (value === null) return Buffer.from('N');
  if (typeof value === 'number') {
    const long = Buffer.alloc(10, 0x8a);
    long[1] = 8;
    long.writeBigInt64LE(BigInt(value), 2);
    return long;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    const head = Buffer.from('X\0\0\0\0');
    head.writeUInt32LE(text.length, 1);
    return Buffer.concat([head, text]);
  }
  return Buffer.concat([Buffer.from('('), ...value.map(push), Buffer.from('t')]);
}

/** A whole pickle of protocol 2. Strings are raw opcodes. */
export function pickle(...opcodes: readonly (string | Uint8Array)[]): Buffer {
  const parts = ['\x80\x02', ...opcodes, '.'];
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

export function global(module: string, name: string): string {
  return `c${module}\n${name}\n`;
}

/** `{'t': tensor}`: a float32 storage of `elements` under the key 0, and a view of it. */
export function tensorPickle(view: {
  readonly elements: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly type?: string;
}): Buffer {
  return pickle(
    '}',
    push('t'),
    global('torch._utils', '_rebuild_tensor_v2'),
    '((',
    push('storage'),
    global('torch', view.type ?? 'FloatStorage'),
    push('0'),
    push('cpu'),
    push(view.elements),
    'tQ',
    push(view.offset ?? 0),
    push(view.shape),
    push(view.strides),
    '\x89',
    global('collections', 'OrderedDict'),
    ')RtRs',
  );
}
