import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { CaptionModel } from './caption-model.js';
import { loadModel } from './load-model.js';
import { prepareModel } from './prepare-model.js';
import { Session } from './session.js';
import { readDemoScenes } from './testing/read-demo-scenes.js';
import { warmUp } from './warm-up.js';

const models = fileURLToPath(new URL('../../../models/', import.meta.url));
const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-warm-up-'));
afterAll(() => rmSync(cacheDir, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const prepared = (name: string) => prepareModel({ checkpoint: join(models, name), cacheDir });

test.each([
  ['demo', 2],
  ['demo-vqa', 3],
  ['demo-itm', 2],
])('every graph that %s has opened has run once after its warm-up', async (name, graphs) => {
  const folder = await prepared(name);
  const opened = vi.spyOn(Session, 'open');
  const ran = vi.spyOn(Session.prototype, 'run');
  const model = await loadModel(folder, { threads: 1 });
  await warmUp(model);
  const sessions = await Promise.all(opened.mock.results.map(({ value }) => value as Promise<Session>));
  expect(sessions).toHaveLength(graphs);
  expect(new Set(ran.mock.contexts)).toEqual(new Set(sessions));
  expect(ran).toHaveBeenCalledTimes(graphs);
  await model.release();
});

test('an image that is captioned again with another prompt is not encoded again', async () => {
  const folder = await prepared('demo');
  const [pixels, other] = (await readDemoScenes()).map((scene) => scene.pixels) as [Uint8Array, Uint8Array];
  const params = { maxNewTokens: 20, minNewTokens: 0 };
  const rows = [null, 'a picture of', null].map((prompt) => ({ pixels, prompt, params }));
  const forgetful = await CaptionModel.load(folder, { threads: 1 });
  const expected = [];
  for (const row of rows) expected.push((await forgetful.caption([row])).captions);
  await forgetful.release();

  const model = await loadModel(folder, { threads: 1 });
  if (!(model instanceof CaptionModel)) throw new Error('the demo model captions');
  const ran = vi.spyOn(Session.prototype, 'run');
  const captions = [];
  for (const row of rows) captions.push((await model.caption([row])).captions);
  expect(captions).toStrictEqual(expected);
  // One run of the encoder, three of the decoder.
  expect(ran).toHaveBeenCalledTimes(4);
  await model.caption([{ ...rows[0]!, pixels: other }]);
  expect(ran).toHaveBeenCalledTimes(6);
  await model.release();
});
