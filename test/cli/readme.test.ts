import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleCaptions } from '../captions-client.js';
import { Standalone, temporaryFolder } from '../standalone.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = temporaryFolder();
const dog = exampleCaptions['dog-on-the-grass.jpg'];
let blipq: Standalone;

/** The first block of this language that holds these words, sent to the server of the test. */
function block(language: string, words: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!);
  return blocks.find((text) => text.includes(words))!.replaceAll('http://localhost:3000', blipq.url);
}

/** What the lines print, pasted into a shell in the repository's folder. */
function pasted(lines: string): string {
  const env = { PATH: process.env.PATH, HOME: folder.path, BLIPQ_URL: blipq.url };
  return execFileSync('sh', ['-euc', lines], { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
}

beforeAll(async () => {
  blipq = await Standalone.ready({ BLIPQ_DIR: folder.path });
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
