import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { AnswerModel } from './answer-model.js';
import { MatchModel } from './match-model.js';
import { prepareModel } from './prepare-model.js';
import { readDemoScenes } from './testing/read-demo-scenes.js';

const models = fileURLToPath(new URL('../../../models/', import.meta.url));
const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-bundled-'));
const scenes = (await readDemoScenes()).slice(0, 60);
const options = { threads: 1 };
afterAll(() => rmSync(cacheDir, { recursive: true }));

const prepared = (name: string) => prepareModel({ checkpoint: join(models, name), cacheDir });

test.each(readdirSync(models))('%s is built in the precision of this machine without a warning', async (name) => {
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  await prepareModel({ checkpoint: join(models, name), cacheDir, precision: 'auto', onWarning });
  expect(warnings).toEqual([]);
});

/** "a dog next to a cat" and "on the grass". */
function partsOf(caption: string): { subject: string; place: string } {
  const [, subject, place] = /^(.*?) ((?:on|at|in) .*)$/.exec(caption)!;
  return { subject: subject!, place: place! };
}

test('demo-vqa says where scenes are and how many things they show', async () => {
  const model = await AnswerModel.load(await prepared('demo-vqa'), options);
  const params = { maxNewTokens: 20, minNewTokens: 0 };
  const questions = ['where is this?', 'how many things are there?'];
  const wanted = scenes.map(({ caption }) => {
    const { subject, place } = partsOf(caption);
    const pairs = / next to | above /.test(subject) ? '2' : '1';
    return [place, subject.startsWith('two ') ? '2' : subject.startsWith('three ') ? '3' : pairs];
  });
  const { answers } = await model.answer(scenes.map(({ pixels }) => ({ pixels, questions, params })));
  const right = answers.flatMap((row, i) => row.map(({ text }, k) => text === wanted[i]![k]));
  expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.93);
  await model.release();
});

test('demo-itm tells the caption of a scene from that of another', async () => {
  const model = await MatchModel.load(await prepared('demo-itm'), options);
  const { matches } = await model.match(
    scenes.map(({ pixels, caption }, i) => ({ pixels, texts: [caption, scenes[(i + 1) % scenes.length]!.caption] })),
  );
  const right = matches.flatMap(([own, other]) => [own!.probability > 0.5, other!.probability < 0.5]);
  expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.93);
  await model.release();
});

test.each(readdirSync(models))('%s is at most 12 MB and has a card for people and one for programs', (name) => {
  const files = readdirSync(join(models, name));
  const bytes = files.reduce((sum, file) => sum + statSync(join(models, name, file)).size, 0);
  expect(bytes).toBeLessThanOrEqual(12_000_000);
  expect(files).toContain('README.md');
  expect(JSON.parse(readFileSync(join(models, name, 'blipq.json'), 'utf8')).note).toMatch(/nothing about photographs/);
});
