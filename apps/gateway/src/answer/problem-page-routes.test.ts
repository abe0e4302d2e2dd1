import { readFile } from 'node:fs/promises';
import { problems } from '@blipq/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
});
afterAll(() => gateway.stop());

describe.each(Object.entries(problems))('%s', (code, { status, title, retryable }) => {
  test('has a page at the address in its type, with its meaning, its causes and what to do', async () => {
    const page = await fetch(`${gateway.url}/docs/errors/${code}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    const text = await page.text();
    const repeat = retryable ? 'worth repeating unchanged' : 'not worth repeating unchanged';
    expect(text).toContain(`# ${code}\n\n${title}. Status ${status}, ${repeat}.`);
    for (const section of ['**What it means.**', '**Why.**', '**What to do.**']) expect(text).toContain(section);
  });

  test('is in the index', async () => {
    const index = await readFile(repositoryFile('docs/errors/README.md'), 'utf8');
    const row = index.split('\n').find((line) => line.includes(`(${code}.md)`));
    expect(row?.replaceAll(/ +/g, ' ')).toBe(
      `| [${code}](${code}.md) | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`,
    );
  });
});

test.each(['nothing', 'README', '..%2fREADME'])('there is no page for %s', async (name) => {
  expect((await fetch(`${gateway.url}/docs/errors/${name}`)).status).toBe(404);
});
