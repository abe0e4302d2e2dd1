/**
 * Milliseconds per image, through the pool with one thread. Run after a build: `node packages/pixels/benchmark.mjs`.
 * Wall is what one caller waits; CPU is all threads of the process, which is what bounds images per second.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import sharp from 'sharp';
import { PixelPool } from './dist/index.js';

const photo = readFileSync(new URL('../../test/images/rocket.jpg', import.meta.url));
const resized = (width, height) => sharp(photo).resize(width, height, { fit: 'fill' });
const cases = [
  ['JPEG 640×480', 200, await resized(640, 480).jpeg({ quality: 85 }).toBuffer()],
  ['JPEG 640×480, sRGB profile', 200, await resized(640, 480).withIccProfile('srgb').jpeg({ quality: 85 }).toBuffer()],
  ['JPEG 4000×3000', 15, await resized(4000, 3000).jpeg({ quality: 85 }).toBuffer()],
  ['PNG 97×61, enlarged', 200, await resized(97, 61).png().toBuffer()],
];
const size = 384;
const warmup = 20;

async function measure(name, count, file) {
  const pool = new PixelPool({ threads: 1 });
  for (let image = 0; image < warmup; image++) await pool.toPixels(new Uint8Array(file), size);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  for (let image = 0; image < count; image++) await pool.toPixels(new Uint8Array(file), size);
  const wallMs = (performance.now() - start) / count;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1000 / count;
  await pool.stop();
  print(`| ${name} | ${Math.round(file.length / 1024)} KiB | ${wallMs.toFixed(1)} | ${cpuMs.toFixed(1)} |`);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}, to ${size}×${size}\n`);
print('| image | file | wall ms | CPU ms |\n|---|---|---|---|');
for (const [name, count, file] of cases) await measure(name, count, file);
