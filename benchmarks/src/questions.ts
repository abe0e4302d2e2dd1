/**
 * What a further question about an image costs, beside the first one: `npm run bench:questions [-- fp32|int8]`.
 * BLIP-base shapes, one question at a time, answers of one and of two words with the [SEP] behind them: 89 % of what
 * people answer is one word, 7 % two (Antol et al. 2015, "VQA: Visual Question Answering", section 4). First: all from
 * the pixels on. Second: another question about the same image.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AnswerModel, type Precision, prepareModel } from '@blipq/blip';
import { availableCpus } from '@blipq/service';
import { median } from './median.js';
import { readNoiseImages, writeNoiseImages } from './noise-images.js';
import { randomCheckpoint } from './random-checkpoint.js';

const rounds = 8;
const answers = [
  { words: 'one word', tokens: 2 },
  { words: 'two words', tokens: 3 },
];
const first = 'how many dogs are in the picture?';
const second = 'what is the color of the cat?';

const precisions: Precision[] = process.argv[2] === undefined ? ['fp32', 'int8'] : [process.argv[2] as Precision];
const threads = availableCpus();
const folder = fileURLToPath(new URL('../../.blipq/bench', import.meta.url));
const cacheDir = join(folder, 'built');
await mkdir(cacheDir, { recursive: true });
const checkpoint = await randomCheckpoint('base', folder, 'question_answering');
const images = await readNoiseImages(await writeNoiseImages(folder), rounds);

for (const precision of precisions) {
  const model = await AnswerModel.load(await prepareModel({ checkpoint, cacheDir, precision, threads }), { threads });
  // Warms up with an image that is none of those below.
  const other = images[0]!.map((value) => value ^ 1);
  for (const question of [first, second]) await ask(model, other, question, 3);
  for (const { words, tokens } of answers) {
    const costs: Record<'first' | 'second', Cost>[] = [];
    for (const image of images) {
      // Other pixels each time: images that were seen before are remembered.
      const pixels = image.map((value) => value ^ tokens);
      costs.push({
        first: await ask(model, pixels, first, tokens),
        second: await ask(model, pixels, second, tokens),
      });
    }
    report(`BLIP-base, ${precision}, ${threads} threads, ${rounds} images, answers of ${words}`, costs, tokens === 2);
  }
  await model.release();
}

/** Medians. @param isGoal whether the share of the second has to be below 15 % */
function report(title: string, costs: Record<'first' | 'second', Cost>[], isGoal: boolean): void {
  console.log(`${title}${isGoal ? '; the second is to be below 15 % of the first' : ''}:`);
  for (const measure of ['ms', 'cpuMs'] as const) {
    const of = (which: 'first' | 'second') => median(costs.map((cost) => cost[which][measure])).toFixed(0);
    const share = median(costs.map((cost) => cost.second[measure] / cost.first[measure]));
    const what = measure === 'ms' ? 'time    ' : 'CPU time';
    console.log(`${what}  first ${of('first')} ms, second ${of('second')} ms: ${(100 * share).toFixed(1)} %`);
    if (isGoal && measure === 'ms' && share >= 0.15) process.exitCode = 1;
  }
}

interface Cost {
  ms: number;
  /** Of all threads. */
  cpuMs: number;
}

async function ask(model: AnswerModel, pixels: Uint8Array, question: string, tokens: number): Promise<Cost> {
  const params = { maxNewTokens: tokens, minNewTokens: tokens };
  const [started, used] = [performance.now(), process.cpuUsage()];
  await model.answer([{ pixels, questions: [question], params }]);
  const { user, system } = process.cpuUsage(used);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}
