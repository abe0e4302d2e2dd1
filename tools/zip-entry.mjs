import { inflateRawSync } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;

/**
 * The content of one file in a zip archive (APPNOTE.TXT 4.3), stored or deflated, below 4 GiB.
 *
 * @throws Error when there is no such file or this is no such archive
 */
export function zipEntry(zip, path) {
  for (const { name, at } of entries(zip)) if (name === path) return content(zip, at);
  throw new Error(`the zip archive has no ${path}`);
}

/** The paths of all files in a zip archive. */
export function zipPaths(zip) {
  return [...entries(zip)].map(({ name }) => name);
}

function* entries(zip) {
  let end = zip.length - END_BYTES;
  while (end >= 0 && zip.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new Error('this is not a zip archive');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error('the zip archive is damaged');
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28);
    yield { name: zip.toString('utf8', at + 46, nameEnd), at };
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function content(zip, entry) {
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const bytes = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === 0 ? bytes : inflateRawSync(bytes);
}
