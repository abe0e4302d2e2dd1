import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '@blipq/test-servers';
import { ModelError } from '../../model-error.js';
import { openCheckpoint } from '../checkpoint.js';
import { readZipDirectory } from '../torch-zip.js';
import { WeightFile } from '../weight-file.js';
import { fixture, modelFolder, zip } from './write-files.js';

/** Values at which lengths, offsets and signs go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];

/** Changes, removes, repeats or swaps a few bytes, most of them at one place. */
export function mutate(bytes: Uint8Array, random: Random): Buffer {
  let out = Buffer.from(bytes);
  const below = (n: number) => random.whole(0, n - 1);
  for (let change = 1 + below(4); change > 0 && out.length > 0; change--) {
    const at = below(out.length);
    const length = 1 + below(Math.min(16, out.length - at));
    const piece = out.subarray(at, at + length);
    const kind = below(8);
    if (kind <= 1) out[at] = below(256);
    else if (kind === 2) out[at] = EDGES[below(EDGES.length)]!;
    else if (kind === 3) out.fill(EDGES[below(EDGES.length)]!, at, at + length);
    else if (kind === 4) out[at]! ^= 1 << below(8);
    else if (kind === 5) out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
    else if (kind === 6) out = Buffer.concat([out.subarray(0, at), piece, out.subarray(at)]);
    else
      out = random.chance(0.2)
        ? out.subarray(0, at)
        : Buffer.concat([out.subarray(0, at), piece.reverse(), out.subarray(at + length)]);
  }
  return out;
}

/** A form of checkpoint to damage: `damaged` gives the file, whole where it is given an identity. */
export interface FuzzTarget {
  readonly name: string;
  readonly file: string;
  damaged(change: (bytes: Uint8Array) => Buffer): Buffer;
}

/** Each fixture as a whole, and the header or pickle alone inside a container that stays sound. */
export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const targets: FuzzTarget[] = [];
  const header = await readFile(fixture('plain.safetensors'));
  const headerEnd = 8 + Number(header.readBigUInt64LE());
  targets.push(
    { name: 'safetensors', file: 'model.safetensors', damaged: (change) => change(header) },
    {
      name: 'safetensors header',
      file: 'model.safetensors',
      damaged(change) {
        const json = change(header.subarray(8, headerEnd));
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(json.length));
        return Buffer.concat([length, json, header.subarray(headerEnd)]);
      },
    },
  );
  for (const name of ['protocol-2.bin', 'nested-protocol-4.bin', 'nested-protocol-5.bin', 'zip64.bin']) {
    const whole = await readFile(fixture(name));
    const entries = await readEntries(fixture(name));
    targets.push(
      { name, file: 'pytorch_model.bin', damaged: (change) => change(whole) },
      {
        name: `${name} pickle`,
        file: 'pytorch_model.bin',
        damaged: (change) =>
          zip(entries.map(({ name, data }) => ({ name, data: name.endsWith('.pkl') ? change(data) : data }))),
      },
    );
  }
  return targets;
}

async function readEntries(path: string): Promise<{ name: string; data: Buffer }[]> {
  const file = await WeightFile.open(path);
  const directory = await readZipDirectory(file);
  const entries = await Promise.all(
    [...directory].map(async ([name, { position, size }]) => ({ name, data: await file.read(position, size) })),
  );
  await file.close();
  return entries;
}

/**
 * Damages a target's file `runs` times and reads it. Each time either all tensors can be read, with as many values as
 * their shapes say, or the error is a ModelError.
 *
 * @returns how many files were read in spite of the damage, and how many refused
 * @throws Error with the seed of the run that did anything else; `onFailure` is given the file
 */
export async function fuzz(
  target: FuzzTarget,
  seed: number,
  runs: number,
  onFailure?: (bytes: Buffer, seed: number) => Promise<void>,
): Promise<{ read: number; refused: number }> {
  const folder = await modelFolder({});
  const counts = { read: 0, refused: 0 };
  for (let run = seed; run < seed + runs; run++) {
    const random = new Random(run);
    const bytes = target.damaged((original) => mutate(original, random));
    await writeFile(join(folder, target.file), bytes);
    try {
      await readAll(folder, bytes.length);
      counts.read++;
    } catch (error) {
      if (error instanceof ModelError) counts.refused++;
      else {
        await onFailure?.(bytes, run);
        throw new Error(`${target.name}, seed ${run}: ${error instanceof Error ? error.stack : error}`, {
          cause: error,
        });
      }
    }
  }
  return counts;
}

async function readAll(folder: string, fileBytes: number): Promise<void> {
  const checkpoint = await openCheckpoint(folder);
  try {
    for (const [name, { shape }] of checkpoint.tensors) {
      const values = await checkpoint.read(name);
      const count = shape.reduce((product, size) => product * size, 1);
      if (values.length !== count || count > fileBytes) throw new Error(`${name} has ${values.length} values`);
    }
  } finally {
    await checkpoint.close();
  }
}
