import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = new URL('../../../', import.meta.url);
const tileSize = 128;
const columns = 20;

export interface ImageFile {
  type: string;
  bytes: Buffer<ArrayBuffer>;
}

/** An example scene of the bundled model, or `tile-<n>`, one of the scenes that it was measured with. */
export async function loadImage(name: string): Promise<ImageFile> {
  const tile = /^tile-(\d+)$/.exec(name)?.[1];
  if (tile === undefined) {
    const bytes = await readFile(new URL(`models/demo/examples/${name}`, root));
    return { type: name.endsWith('.png') ? 'image/png' : 'image/jpeg', bytes };
  }
  const place = { left: (Number(tile) % columns) * tileSize, top: Math.floor(Number(tile) / columns) * tileSize };
  const bytes = await sharp(fileURLToPath(new URL('test/reference/demo-scenes.jpg', root)))
    .extract({ ...place, width: tileSize, height: tileSize })
    .png()
    .toBuffer();
  return { type: 'image/png', bytes: Buffer.from(bytes) };
}
