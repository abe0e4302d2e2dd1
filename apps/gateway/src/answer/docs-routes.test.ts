import { problems } from '@blipq/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LiveGateway } from '../testing/live-gateway.js';

let gateway: LiveGateway;
beforeAll(async () => {
  // With keys that nobody has: the documents are for everyone.
  const entry = { name: 'team', sha256: '0'.repeat(64) };
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: JSON.stringify([entry]) }).start();
});
afterAll(() => gateway.stop());

const get = (path: string, headers = {}) => fetch(gateway.url + path, { headers, redirect: 'manual' });
const asked = {
  html: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  text: 'text/plain',
  markdown: 'text/markdown',
};

describe.each(Object.entries(problems))('%s', (code, { status, title, retryable }) => {
  test('has a page at the address in its type, with its meaning, its causes and what to do', async () => {
    const page = await get(`/docs/errors/${code}`, { accept: asked.html });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = await page.text();
    expect(html).toContain(`<h1 id="${code}">${code}</h1>`);
    const repeat = retryable ? 'worth repeating unchanged' : 'not worth repeating unchanged';
    expect(html).toContain(`<p>${title}. Status ${status}, ${repeat}.</p>`);
    for (const section of ['What it means.', 'Why.', 'What to do.']) {
      expect(html).toContain(`<strong>${section}</strong>`);
    }
  });
});

test.each(['markdown', 'text'] as const)('a client that prefers %s gets the page as it was written', async (kind) => {
  const page = await get('/docs/errors/queue_full', { accept: asked[kind] });
  expect(page.headers.get('content-type')).toBe(`${asked[kind]}; charset=utf-8`);
  expect(await page.text()).toMatch(/^# queue_full\n\nThe queue is full\. Status 503/);
});

test('a page is HTML for those who take anything or name nothing that it is', async () => {
  for (const accept of ['*/*', 'application/json']) {
    const { headers } = await get('/docs/errors/queue_full', { accept });
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('vary')).toContain('Accept');
  }
});

test('pages come under a policy that lets them load their own files alone, and hold nothing inline', async () => {
  for (const path of ['/docs/', '/docs/errors/', '/docs/how-to/deploy', '/docs/repository/']) {
    const page = await get(path);
    expect([path, page.status]).toEqual([path, 200]);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const html = await page.text();
    expect(html.match(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/g)).toBeNull();
    // A proxy may serve them below a path.
    expect(html).not.toMatch(/(src|href)="\//);
  }
});

test('pages are asked for again, and not sent again while they are the same; their files are kept for good', async () => {
  const page = await get('/docs/errors/queue_full');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  // As a browser asks that has it; fetch would say no-cache by itself.
  const known = { 'if-none-match': page.headers.get('etag'), 'cache-control': 'max-age=0' };
  const again = await get('/docs/errors/queue_full', known);
  expect(again.status).toBe(304);
  const files = [...(await page.text()).matchAll(/(?:src|href|data-index)="(\.\.\/assets\/[^"]+)"/g)];
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const [, file] of files) {
    const { status, headers } = await fetch(new URL(file!, `${gateway.url}/docs/errors/`));
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  }
});

test('pages come compressed to those who take that, and as they are to others', async () => {
  const encoding = async (accepted: string) => {
    const { headers } = await get('/docs/', { 'accept-encoding': accepted });
    return [headers.get('content-encoding'), headers.get('content-type')];
  };
  expect(await encoding('br, gzip')).toEqual(['gzip', 'text/html; charset=utf-8']);
  expect(await encoding('identity')).toEqual([null, 'text/html; charset=utf-8']);
});

test('a folder without the slash at its end leads to the one with it', async () => {
  for (const [path, location] of [
    ['/docs', 'docs/'],
    ['/docs/errors', 'errors/'],
  ] as const) {
    const { status, headers } = await get(path);
    expect([status, headers.get('location')]).toEqual([302, location]);
  }
});

test.each([
  'nothing',
  'errors/nothing',
  'errors/..%2f..%2ffiles.json',
  '..%2f..%2fpackage.json',
  'files.json',
  'index.html',
])('there is no page %s', async (name) => {
  expect((await get(`/docs/${name}`)).status).toBe(404);
});
