import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { captionResource } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from './testing/live-gateway.js';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
let gateway: LiveGateway;
let commands: string[];

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const readme = await readFile(repositoryFile('apps/gateway/README.md'), 'utf8');
  commands = readme.match(/^curl .*$/gm) ?? [];
});
afterAll(() => gateway.stop());

/** Runs a command of the README in a shell at the repository's root, against the test's gateway. */
async function paste(command: string | undefined): Promise<string> {
  const here = command!.replaceAll('http://localhost:3000', gateway.url);
  return (await run('sh', ['-c', here], { cwd: repositoryFile('.') })).stdout;
}

test.skipIf(!hasCurl)("BentoBlip's curl line answers with the caption", async () => {
  const line = commands.find((command) => command.includes('/generate'));
  expect(await paste(line)).toBe('unicorn at sunset echoed');
});

test.skipIf(!hasCurl)('the curl line that waits answers with the finished caption', async () => {
  const line = commands.find((command) => command.includes('Prefer: wait'));
  const caption = captionResource.parse(JSON.parse(await paste(line)));
  expect(caption).toMatchObject({
    state: 'succeeded',
    prompt: 'a picture of',
    caption: { text: 'a picture of echoed' },
  });
});

test.skipIf(!hasCurl)('the curl line that submits answers with a caption whose own link works', async () => {
  const line = commands.find((command) => command.includes('/v1/captions') && !command.includes('Prefer'));
  const { id, links } = captionResource.parse(JSON.parse(await paste(line)));
  const read = await paste(`curl -s http://localhost:3000${links.self}`);
  expect(captionResource.parse(JSON.parse(read)).id).toBe(id);
});
