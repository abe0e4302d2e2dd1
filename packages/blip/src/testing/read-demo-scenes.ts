import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPixels } from './read-pixels.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../../test/reference/${name}`, import.meta.url));

export interface DemoScene {
  readonly pixels: Uint8Array;
  readonly caption: string;
}

/** The tiles of the sheet that tools/demo-model/render-scenes.py made, with their true captions. */
export async function readDemoScenes(): Promise<DemoScene[]> {
  const { tileSize, columns, captions } = JSON.parse(readFileSync(pathOf('demo-scenes.json'), 'utf8'));
  const sheet = await readPixels(pathOf('demo-scenes.jpg'));
  const stride = columns * tileSize * 3;
  return captions.map((caption: string, index: number) => {
    const pixels = new Uint8Array(tileSize * tileSize * 3);
    const corner = Math.floor(index / columns) * tileSize * stride + (index % columns) * tileSize * 3;
    for (let y = 0; y < tileSize; y++) {
      const start = corner + y * stride;
      pixels.set(sheet.subarray(start, start + tileSize * 3), y * tileSize * 3);
    }
    return { pixels, caption };
  });
}
