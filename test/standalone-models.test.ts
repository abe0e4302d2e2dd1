import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Standalone, temporaryFolder } from './standalone.js';

const reference = fileURLToPath(new URL('reference/', import.meta.url));
const models = ['caption', 'vqa', 'itm'];
const folder = temporaryFolder();
let blipq: Standalone;

beforeAll(async () => {
  const references = [...models.map((name) => join(reference, name)), '/nowhere/blip'];
  blipq = await Standalone.ready({ BLIPQ_DIR: folder.path, BLIPQ_MODEL: references.join(', ') });
});
afterAll(async () => {
  await blipq?.destroy();
  folder.remove();
});

async function ask(path: string, fields: Record<string, string>): Promise<unknown> {
  const body = new FormData();
  body.set('image', new Blob([readFileSync(join(reference, 'pixels/astronaut-96.png'))]), 'photo.png');
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const response = await fetch(blipq.url + path, { method: 'POST', headers: { prefer: 'wait=60' }, body });
  return await response.json();
}

test('one start serves a caption with its match, answers and matches, as soon as it says that it is ready', async () => {
  expect(await ask('/v1/captions', { match: 'true' })).toMatchObject({
    state: 'succeeded',
    caption: { text: expect.any(String) },
    match: { model: 'itm', probability: expect.any(Number) },
  });
  expect(await ask('/v1/answers', { question: 'what is this?' })).toMatchObject({ state: 'succeeded', model: 'vqa' });
  expect(await ask('/v1/matches', { texts: 'a dog' })).toMatchObject({ state: 'succeeded', model: 'itm' });
});

test('a model that cannot be loaded is reported and does not stop the others', async () => {
  const reason = 'BLIPQ_MODEL /nowhere/blip: there is no folder /nowhere/blip';
  expect(blipq.stdout).toEqual(
    expect.arrayContaining([
      `/nowhere/blip is not served: ${reason}`,
      'It serves caption, vqa, itm.',
      'It does not serve /nowhere/blip; the reason is above.',
    ]),
  );
  const { data } = (await (await fetch(`${blipq.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id).sort()).toEqual([...models].sort());
});

test('when no model can be loaded, the reasons end the start', async () => {
  const none = await Standalone.spawn({ BLIPQ_DIR: join(folder.path, 'none'), BLIPQ_MODEL: '/nowhere/a,/nowhere/b' });
  const { code, stderr } = await none.ended();
  expect(code).toBe(1);
  expect(stderr).toEqual([
    'blipq: BLIPQ_MODEL /nowhere/a: there is no folder /nowhere/a',
    'BLIPQ_MODEL /nowhere/b: there is no folder /nowhere/b',
  ]);
  expect(none.processes()).toEqual([]);
});
