import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../packages/test-servers/src/free-port.js';
import { exampleCaptions } from '../captions-client.js';
import { commandBlocks } from '../docs/command-blocks.js';
import { Standalone, temporaryFolder } from '../standalone.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const dog = exampleCaptions['dog-on-the-grass.jpg'];
let blipq: Standalone;
let receiverPort: number;

/** The first block of this language on a page that holds these words, sent to the servers of the test. */
function block(language: string, words: string, page = 'README.md'): string {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block!);
  return blocks
    .find((block) => block.includes(words))!
    .replaceAll('http://localhost:3000', blipq.url)
    .replaceAll('http://localhost:4000', `http://127.0.0.1:${receiverPort}`);
}

/** What the lines print, pasted into a shell in the repository's folder. */
function pasted(lines: string): string {
  const env = { PATH: process.env.PATH, HOME: folder.path, BLIPQ_URL: blipq.url };
  return execFileSync('sh', ['-euc', lines], { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
}

beforeAll(async () => {
  receiverPort = await freePort();
  const webhooks = {
    BLIPQ_WEBHOOK_HTTP: '1',
    BLIPQ_WEBHOOK_ALLOW: '127.0.0.1 ::1',
    BLIPQ_WEBHOOK_PORTS: `${receiverPort}`,
  };
  blipq = await Standalone.ready({ BLIPQ_DIR: folder.path, ...webhooks });
});
afterAll(async () => {
  await blipq?.destroy();
  folder.remove();
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
test.skipIf(!hasCurl)(
  'the README’s curl lines caption the dog, send an image under an id, ask for it and continue a prompt',
  () => {
    const lines = pasted(block('sh', '/generate').replaceAll(/^curl /gm, "curl -sS -w '\\n' ")).split(/\r?\n/);
    expect(lines.slice(0, 2)).toEqual([dog, 'HTTP/1.1 202 Accepted']);
    const resources = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const { id } = resources[0];
    expect(resources).toMatchObject([
      { id, object: 'caption' },
      { id, object: 'caption' },
      { object: 'caption', prompt: 'a picture of', params: { max_new_tokens: 12 } },
    ]);
  },
);

test('the README’s TypeScript captions the dog', () => {
  // A project as the reader has it, with the package installed from the clone.
  const place = join(folder.path, 'place');
  mkdirSync(join(place, 'node_modules/@blipq'), { recursive: true });
  symlinkSync(join(root, 'models'), join(place, 'models'));
  symlinkSync(join(root, 'packages/client'), join(place, 'node_modules/@blipq/client'));
  writeFileSync(join(place, 'caption.mjs'), block('ts', '@blipq/client'));
  expect(execFileSync(process.execPath, ['caption.mjs'], { cwd: place, encoding: 'utf8' })).toBe(`${dog}\n`);
});

test('the README’s commands caption the folder, by the server and without one', () => {
  const [server, local] = block('sh', 'blipq -- caption').split('\n');
  const out = join(folder.path, 'captions.jsonl');
  pasted(server!.replace('captions.jsonl', out));
  const records = readFileSync(out, 'utf8').trim().split('\n');
  expect(records.map((line) => JSON.parse(line).caption).sort()).toEqual(Object.values(exampleCaptions).sort());
  expect(pasted(local!)).toContain(`models/demo/examples/dog-on-the-grass.jpg: ${dog}\n`);
});

const tutorial = (name: string, language: string, words: string) => block(language, words, `docs/tutorials/${name}.md`);

test.skipIf(!hasCurl)(
  'the first tutorial’s lines caption the dog, queue the rocket, wait for it and meet an error',
  () => {
    const first = (words: string) => pasted(tutorial('first-caption', 'sh', words));
    expect(first('/generate')).toBe(dog);
    expect(JSON.parse(first('rocket-at-night'))).toMatchObject({ object: 'caption', state: expect.any(String) });
    expect(JSON.parse(first('wait=10'))).toMatchObject({ caption: { text: exampleCaptions['rocket-at-night.jpg'] } });
    expect(JSON.parse(first('package.json'))).toMatchObject({ code: 'unsupported_media_type' });
  },
);

test('the tutorial of a folder captions it once, resumes, writes sidecars and replaces them', () => {
  const run = (words: string) =>
    pasted(
      tutorial('folder-of-photographs', 'sh', words)
        .replaceAll('captions.jsonl', join(folder.path, 'tutorial.jsonl'))
        .replaceAll(/(?<=[ ])training/g, join(folder.path, 'training')),
    );
  const recorded = () => readFileSync(join(folder.path, 'tutorial.jsonl'), 'utf8');
  run('--out');
  const before = recorded();
  run('--resume');
  expect(recorded()).toBe(before);
  expect(run('--sidecar txt --prefix')).toContain(`emoji scene, ${dog}`);
  run('--existing overwrite');
  expect(readFileSync(join(folder.path, 'training/dog-on-the-grass.txt'), 'utf8')).toContain('dog');
});

test.skipIf(!hasCurl)('the tutorial of webhooks tests its receiver and gets the end of a caption', async () => {
  const secret = readFileSync(join(folder.path, 'webhook-secret'), 'utf8').trim();
  const receiver = spawn(process.execPath, ['examples/webhook-receiver/receiver.js'], {
    cwd: root,
    env: { BLIPQ_WEBHOOK_SECRET: secret, PORT: `${receiverPort}` },
  });
  onTestFinished(async () => {
    receiver.kill();
    await once(receiver, 'exit');
  });
  const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string;
  expect(await next()).toContain('listening');
  pasted(tutorial('webhooks', 'sh', 'webhooks test'));
  expect(await next()).toBe('ping');
  const { id } = JSON.parse(pasted(tutorial('webhooks', 'sh', '-F webhook=')));
  expect(await next()).toBe(`caption.succeeded ${id}: ${dog}`);
  const log = JSON.parse(pasted(tutorial('webhooks', 'sh', '/deliveries').replace('ID', id)));
  expect(log.data).toMatchObject([{ object: 'webhook_delivery' }]);
});

test('the command of the how-to on alternative text writes a sentence for each image', () => {
  const [line] = block('sh', '--format alt', 'docs/how-to/alt-text.md').split('\n');
  const out = join(folder.path, 'alt.csv');
  pasted(line!.replace('uploads/', 'models/demo/examples').replace('alt.csv', out));
  expect(readFileSync(out, 'utf8')).toContain('A dog on the grass.');
});

const runnable = commandBlocks.filter(({ mark }) => mark === 'run');

test.skipIf(!hasCurl).each([...new Set(runnable.map(({ path }) => path))])(
  'the commands of %s succeed, pasted in their order into one shell',
  (path) => {
    // The repository as a reader has it, with the reader's photographs.
    const clone = join(folder.path, 'clone');
    mkdirSync(clone, { recursive: true });
    for (const name of readdirSync(root)) {
      if (!existsSync(join(clone, name))) symlinkSync(join(root, name), join(clone, name));
    }
    for (const name of ['photo.jpg', 'image.jpg', 'a.jpg', 'b.jpg']) {
      copyFileSync(join(root, 'models/demo/examples/dog-on-the-grass.jpg'), join(clone, name));
    }
    const lines = runnable.filter((block) => block.path === path).map(({ commands }) => commands);
    // A problem is an error here.
    const script = ['curl() { command curl -sS --fail-with-body "$@"; }', ...lines].join('\n');
    const env = { PATH: process.env.PATH, HOME: folder.path };
    const here = script.replaceAll('http://localhost:3000', blipq.url);
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', here], { cwd: clone, env, encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  },
);
