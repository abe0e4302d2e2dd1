import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const reference = fileURLToPath(new URL('../../../test/reference/itm/', import.meta.url));
const positions = 'vision_model.embeddings.position_embedding';
const patch = 16;

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/**
 * The reference checkpoint of image-text retrieval for images of `size` × `size` pixels, as the captioning model sees
 * them: a caption with `match` needs two models of one size. Its patches' positions are those of the reference, over and
 * over; its weights are random, so that one position is as good as another.
 */
export async function writeMatcher(folder: string, size: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await writeFile(join(folder, name), await readFile(join(reference, name)));
  }
  const config = JSON.parse(await readFile(join(reference, 'config.json'), 'utf8'));
  config.vision_config.image_size = size;
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const preprocessor = JSON.parse(await readFile(join(reference, 'preprocessor_config.json'), 'utf8'));
  preprocessor.size = { height: size, width: size };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  const weights = await readFile(join(reference, 'model.safetensors'));
  await writeFile(join(folder, 'model.safetensors'), withPatches(weights, (size / patch) ** 2));
}

/** A safetensors file whose position embedding, [1, 1 + patches, D], has as many patches as wanted. */
function withPatches(file: Buffer, patches: number): Buffer {
  const headerBytes = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Header;
  const data = file.subarray(8 + headerBytes);
  const { shape, data_offsets } = header[positions]!;
  const [, rows, width] = shape as [number, number, number];
  const [from, to] = data_offsets;
  const rowBytes = (to - from) / rows;
  const row = (n: number) => data.subarray(from + n * rowBytes, from + (n + 1) * rowBytes);
  const made = Array.from({ length: patches }, (_, n) => row(1 + (n % (rows - 1))));
  const grown = Buffer.concat([row(0), ...made]);
  const { __metadata__: _, ...tensors } = header;
  let end = 0;
  const parts = Object.entries(tensors).map(([name, tensor]) => {
    const isGrown = name === positions;
    const bytes = isGrown ? grown : data.subarray(...tensor.data_offsets);
    const data_offsets = [end, end + bytes.length];
    end += bytes.length;
    return { bytes, entry: [name, { ...tensor, ...(isGrown && { shape: [1, patches + 1, width] }), data_offsets }] };
  });
  const text = JSON.stringify(Object.fromEntries(parts.map(({ entry }) => entry)));
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts.map(({ bytes }) => bytes)]);
}
