import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { inspectCheckpoint } from './inspect-checkpoint.js';
import { prepareModel } from './prepare-model.js';

const folder = (name: string) => fileURLToPath(new URL(`../../../test/reference/${name}`, import.meta.url));
const cacheDir = mkdtempSync(join(tmpdir(), 'blipq-inspect-test-'));
afterAll(() => rmSync(cacheDir, { recursive: true }));

test('says what a checkpoint is, and what was built of it', async () => {
  const options = { checkpoint: folder('caption-sharded'), cacheDir };
  const report = await inspectCheckpoint(options);
  expect(report).toMatchObject({
    revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    task: 'captioning',
    weightFiles: [
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ],
    weightBytes: 9079 + 2020792 + 2409872,
    dtypes: ['F16'],
    imageSize: 96,
    built: [],
  });
  // All values are two bytes, and what is not values is the index and the two headers.
  expect(2 * report.parameters).toBeLessThan(report.weightBytes);
  expect(2 * report.parameters).toBeGreaterThan(report.weightBytes - 40_000);
  const built = await prepareModel({ ...options, name: 'owner/name' });
  // As an earlier version left it, whose facts had another form.
  const earlier = built.replace(/-fp32-v\d+$/, '-int8-v9');
  await cp(built, earlier, { recursive: true });
  const facts = JSON.parse(await readFile(join(earlier, 'model.json'), 'utf8'));
  await writeFile(join(earlier, 'model.json'), JSON.stringify({ ...facts, check: { embeddingCosine: 0.99 } }));
  const again = await inspectCheckpoint(options);
  expect(again.built).toEqual([
    expect.objectContaining({ folder: built, model: 'owner/name', revision: report.revision, precision: 'fp32' }),
  ]);
});

test.each([
  ['vqa', 'question_answering'],
  ['itm', 'image_text_retrieval'],
])('%s is inspected although it cannot be served', async (name, task) => {
  expect(await inspectCheckpoint({ checkpoint: folder(name), cacheDir })).toMatchObject({ task, built: [] });
});
