import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleCaptions, exampleImage, exampleNames, finished, submit } from './captions-client.js';
import { Standalone, temporaryFolder } from './standalone.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = temporaryFolder();
const home = join(folder.path, 'home');
// Where onnxruntime sees that it is tested it keeps quiet by itself.
const seen = { CI: '', GITHUB_ACTIONS: '', ORT_RUNNING_UNIT_TESTS: '' };
// A blank setting counts as unset: the models are those that come along, built in the state folder.
const env = { ...seen, BLIPQ_MODEL: '', BLIPQ_CACHE: '', BLIPQ_DIR: folder.path, HOME: home, XDG_CACHE_HOME: '' };
let blipq: Standalone;
const ids = new Map<string, string>();

beforeAll(async () => {
  blipq = await Standalone.ready(env);
});
afterAll(async () => {
  await blipq?.destroy();
  folder.remove();
});

/** Every file of the built graphs with what changes when it is written again. */
function builtGraphs(): string[] {
  const models = join(folder.path, 'models');
  return (readdirSync(models, { recursive: true }) as string[]).sort().map((name) => {
    const { ino, mtimeMs, size } = statSync(join(models, name));
    return `${name} ${ino} ${mtimeMs} ${size}`;
  });
}

test('every example scene comes back with the caption that transformers gives it', async () => {
  const captions = await Promise.all(
    exampleNames.map(async (name) => {
      const { id } = await submit(blipq.url, name);
      ids.set(name, id);
      return [name, (await finished(blipq.url, id)).caption?.text];
    }),
  );
  expect(Object.fromEntries(captions)).toEqual(exampleCaptions);
});

test('nothing is kept in the home folder: no process of it reports to the publisher of onnxruntime', () => {
  expect(existsSync(home)).toBe(false);
});

test.each(exampleNames)('POST /generate answers with the caption of %s as plain text', async (name) => {
  const body = new FormData();
  body.set('img', exampleImage(name), name);
  const response = await fetch(`${blipq.url}/generate`, { method: 'POST', body });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await response.text()).toBe(exampleCaptions[name]);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
test.skipIf(!hasCurl)('the printed curl line works when pasted', () => {
  const line = blipq.stdout.find((text) => text.includes('curl') && text.includes('/generate'));
  expect(execFileSync('sh', ['-c', `${line} --silent --show-error`], { encoding: 'utf8', cwd: '/' })).toBe(
    exampleCaptions['dog-on-the-grass.jpg'],
  );
});

test.each(['/livez', '/readyz'])('%s answers 200', async (path) => {
  expect((await fetch(blipq.url + path)).status).toBe(200);
});

test('Ctrl-C ends every process with exit code 0, and a second start keeps graphs, finished and queued captions', async () => {
  const graphs = builtGraphs();
  const waiting = await Promise.all(
    exampleNames.map(async (name) => [name, (await submit(blipq.url, name)).id] as const),
  );
  expect(await blipq.interrupt()).toEqual({ code: 0, signal: null, stderr: [] });
  expect(blipq.processes()).toEqual([]);

  blipq = await Standalone.ready(env);
  expect(builtGraphs()).toEqual(graphs);
  for (const [name, id] of [...ids, ...waiting]) {
    expect(await finished(blipq.url, id)).toMatchObject({
      state: 'succeeded',
      caption: { text: exampleCaptions[name] },
    });
  }
});

test('after a kill -9 only the private Redis lives on, and the next start takes over with all data', async () => {
  const redis = blipq.process('-server 127.0.0.1:');
  process.kill(blipq.pid, 'SIGKILL');
  await blipq.ended();
  await expect.poll(() => blipq.processes()).toEqual([redis]);

  blipq = await Standalone.ready(env);
  expect(blipq.process('-server 127.0.0.1:').pid).not.toBe(redis.pid);
  const [name, id] = [...ids][0]!;
  expect((await finished(blipq.url, id)).caption?.text).toBe(exampleCaptions[name]);
});

test('the bundled models caption, answer and match from the first start on, a caption with its match too', async () => {
  const ask = async (path: string, fields: [string, string][]) => {
    const body = new FormData();
    body.set(
      'image',
      new Blob([readFileSync(join(root, 'models/demo/examples/two-penguins-in-the-snow.jpg'))]),
      'a.jpg',
    );
    for (const [name, value] of fields) body.append(name, value);
    const response = await fetch(blipq.url + path, { method: 'POST', headers: { prefer: 'wait=60' }, body });
    return await response.json();
  };
  expect(await ask('/v1/captions', [['match', 'true']])).toMatchObject({
    caption: { text: 'two penguins in the snow' },
    match: { model: 'demo-itm', probability: expect.any(Number) },
  });
  const questions = ['how many penguins are there?', 'where are they?', 'is there a dog?'];
  expect(
    await ask(
      '/v1/answers',
      questions.map((question) => ['questions', question]),
    ),
  ).toMatchObject({
    model: 'demo-vqa',
    answers: [{ text: '2' }, { text: 'in the snow' }, { text: 'no' }],
  });
  const texts = ['two penguins in the snow', 'two dogs in the snow'];
  const { matches } = (await ask(
    '/v1/matches',
    texts.map((text) => ['texts', text]),
  )) as { matches: [{ probability: number }, { probability: number }] };
  expect(matches[0].probability).toBeGreaterThan(0.5);
  expect(matches[1].probability).toBeLessThan(0.5);
});

test('the bundled model says what it knows, and that it is unsure of a photograph', async () => {
  const caption = async (name: string, image: string) => {
    const body = new FormData();
    body.set('image', new Blob([readFileSync(join(root, image))]), name);
    const response = await fetch(`${blipq.url}/v1/captions`, { method: 'POST', headers: { prefer: 'wait=60' }, body });
    return await response.json();
  };
  const note = expect.stringContaining('nothing about photographs');
  const photograph = await caption('photo.png', 'test/images/coffee.png');
  expect(photograph).toMatchObject({ model_note: note, caption: { low_confidence: true } });
  const scene = await caption('scene.jpg', 'models/demo/examples/dog-on-the-grass.jpg');
  expect(scene).toMatchObject({ model_note: note, caption: { low_confidence: false } });
});
