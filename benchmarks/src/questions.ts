/**
 * What a further question about an image costs, beside the first one: `npm run bench:questions [-- fp32|int8]`.
 * BLIP-base shapes, one question at a time, an answer of three tokens as most are.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AnswerModel, type Precision, prepareModel } from '@blipq/blip';
import { defaultThreads } from '@blipq/engine';
import { median } from './median.js';
import { readNoiseImages, writeNoiseImages } from './noise-images.js';
import { randomCheckpoint } from './random-checkpoint.js';

const rounds = 8;
const params = { maxNewTokens: 3, minNewTokens: 3 };
const first = 'how many dogs are in the picture?';
const second = 'what is the color of the cat?';

const precision: Precision = process.argv[2] === 'int8' ? 'int8' : 'fp32';
const threads = defaultThreads();
const folder = fileURLToPath(new URL('../../.blipq/bench', import.meta.url));
const cacheDir = join(folder, 'built');
await mkdir(cacheDir, { recursive: true });
const checkpoint = await randomCheckpoint('base', folder, 'question_answering');
const model = await AnswerModel.load(await prepareModel({ checkpoint, cacheDir, precision, threads }), { threads });
const images = await readNoiseImages(await writeNoiseImages(folder), rounds);

async function ask(pixels: Uint8Array, question: string): Promise<number> {
  const started = performance.now();
  await model.answer([{ pixels, questions: [question], params }]);
  return performance.now() - started;
}

// Warms up with an image that is none of those below.
await ask(
  images[0]!.map((value) => 255 - value),
  first,
);
const times = [];
for (const pixels of images) times.push({ first: await ask(pixels, first), second: await ask(pixels, second) });
await model.release();

const ms = { first: median(times.map((time) => time.first)), second: median(times.map((time) => time.second)) };
const share = median(times.map((time) => time.second / time.first));
console.log(`BLIP-base, ${precision}, ${threads} threads, ${rounds} images, medians:`);
console.log(`first question  ${ms.first.toFixed(0)} ms`);
console.log(
  `second question ${ms.second.toFixed(0)} ms, ${(100 * share).toFixed(1)} % of the first (target: below 15 %)`,
);
process.exitCode = share < 0.15 ? 0 : 1;
