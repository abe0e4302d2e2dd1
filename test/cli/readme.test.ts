import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleCaptions } from '../captions-client.js';
import { Standalone, temporaryFolder } from '../standalone.js';
import { blipqMain } from './blipq-command.js';

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

beforeAll(async () => {
  blipq = await Standalone.ready({ BLIPQ_DIR: folder.path });
  // A folder as the reader has it: the examples, and the packages installed.
  mkdirSync(join(folder.path, 'place/node_modules/@blipq'), { recursive: true });
  symlinkSync(join(root, 'models'), join(folder.path, 'place/models'));
  symlinkSync(join(root, 'packages/client'), join(folder.path, 'place/node_modules/@blipq/client'));
  mkdirSync(join(folder.path, 'bin'));
  const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${blipqMain}" "$@"\n`;
  writeFileSync(join(folder.path, 'bin/npx'), npx, { mode: 0o755 });
});
afterAll(async () => {
  await blipq?.destroy();
  folder.remove();
});
const place = () => join(folder.path, 'place');
const env = () => ({
  PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
  HOME: folder.path,
  BLIPQ_URL: blipq.url,
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
test.skipIf(!hasCurl)('the README’s first curl line captions the dog', () => {
  const line = block('sh', '/generate')
    .split('\n')
    .find((one) => one.startsWith('curl'))!;
  expect(execFileSync('sh', ['-c', `${line} -sS`], { cwd: root, encoding: 'utf8' })).toBe(dog);
});

test('the README’s TypeScript captions the dog', () => {
  writeFileSync(join(place(), 'caption.mjs'), block('ts', '@blipq/client'));
  expect(execFileSync(process.execPath, ['caption.mjs'], { cwd: place(), encoding: 'utf8' })).toBe(`${dog}\n`);
});

test('the README’s commands caption the folder, by the server and without one', () => {
  const [server, local] = block('sh', 'npx blipq caption').split('\n');
  rmSync(join(place(), 'captions.jsonl'), { force: true });
  execFileSync('sh', ['-c', server!], { cwd: place(), env: env(), stdio: 'pipe' });
  const records = readFileSync(join(place(), 'captions.jsonl'), 'utf8').trim().split('\n');
  expect(records.map((line) => JSON.parse(line).caption).sort()).toEqual(Object.values(exampleCaptions).sort());
  const said = execFileSync('sh', ['-c', local!], { cwd: place(), env: env(), encoding: 'utf8', stdio: 'pipe' });
  expect(said).toContain(`models/demo/examples/dog-on-the-grass.jpg: ${dog}\n`);
});
