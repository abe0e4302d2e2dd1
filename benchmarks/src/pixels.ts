/**
 * `npm run bench:pixels`: milliseconds per image through a pool of one decoder process. Wall is what one caller waits; CPU
 * is that of this process and of the decoder, which is what bounds images per second.
 */
import { readFile } from 'node:fs/promises';
import { PixelPool } from '@blipq/pixels';
import sharp from 'sharp';
import { describeMachine } from './machine.js';
import { table } from './markdown-table.js';
import { treeCpuS } from './process-cpu.js';

const imageSize = 384;
const warmups = 20;

const photo = await readFile(new URL('../../test/images/rocket.jpg', import.meta.url));
const resized = (width: number, height: number) => sharp(photo).resize(width, height, { fit: 'fill' });
const cases = [
  { name: 'JPEG 640×480', count: 1000, image: resized(640, 480).jpeg({ quality: 85 }) },
  {
    name: 'JPEG 640×480, sRGB profile',
    count: 1000,
    image: resized(640, 480).withIccProfile('srgb').jpeg({ quality: 85 }),
  },
  { name: 'JPEG 4000×3000', count: 50, image: resized(4000, 3000).jpeg({ quality: 85 }) },
  { name: 'PNG 97×61, enlarged', count: 1000, image: resized(97, 61).png() },
];

const rows = [];
for (const { name, count, image } of cases) {
  const file = await image.toBuffer();
  const { wallMs, cpuMs } = await measure(file, count);
  rows.push([name, `${Math.round(file.length / 1024)} KiB`, wallMs.toFixed(1), cpuMs.toFixed(1)]);
}
const { cpu, cores, node } = describeMachine();
console.log(`${cpu}, ${cores} cores, Node ${node}, to ${imageSize}×${imageSize}\n`);
console.log(table(['image', 'file', 'wall ms', 'CPU ms'], rows));

/** Means of `count` images, one after another. */
async function measure(file: Buffer, count: number): Promise<{ wallMs: number; cpuMs: number }> {
  const pool = new PixelPool({ threads: 1 });
  const next = () => pool.toPixels(file, imageSize);
  for (let image = 0; image < warmups; image++) await next();
  const cpuFrom = treeCpuS(process.pid);
  const start = performance.now();
  for (let image = 0; image < count; image++) await next();
  const wallMs = (performance.now() - start) / count;
  const cpuMs = (1000 * (treeCpuS(process.pid) - cpuFrom)) / count;
  await pool.stop();
  return { wallMs, cpuMs };
}
