import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LiveGateway } from '../testing/live-gateway.js';

let gateway: LiveGateway;
beforeAll(async () => {
  // Without a model, and with keys that nobody has: the page itself is for everyone.
  const entry = { name: 'team', sha256: '0'.repeat(64) };
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: JSON.stringify([entry]) }).start();
});
afterAll(() => gateway.stop());

const get = (path: string, headers = {}) => fetch(gateway.url + path, { headers, redirect: 'manual' });

/** The page's own files, as addresses. */
async function filesOf(path: string): Promise<URL[]> {
  const html = await (await get(path)).text();
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => new URL(file!, gateway.url + path));
}

describe.each(['/playground', '/playground/'])('%s', (path) => {
  test('is a page under a policy that lets it run and load its own files alone', async () => {
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const html = await page.text();
    // A proxy may serve it below a path.
    expect(html).not.toMatch(/(src|href)="(?!\.\/)/);
    expect(html.match(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/g)).toBeNull();
  });

  test('finds its files, which browsers keep for good, under names that have a hash', async () => {
    const files = await filesOf(path);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      expect(file.pathname).toMatch(/^\/playground\/assets\/\w+-[\w-]{8}\.(js|css|svg)$/);
      const { status, headers } = await fetch(file);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });
});

test('what is not one of its files is not found', async () => {
  for (const path of ['assets', 'assets/', 'assets/x.js', 'assets/..%2findex.html', 'index.html']) {
    expect((await get(`/playground/${path}`)).status, path).toBe(404);
  }
});

test('files come compressed to those who take that, and as they are to others', async () => {
  const [file] = await filesOf('/playground');
  const encoding = async (accepted: string) =>
    (await get(file!.pathname, { 'accept-encoding': accepted })).headers.get('content-encoding');
  expect([await encoding('br, gzip'), await encoding('identity')]).toEqual(['gzip', null]);
});

test('its script comes to at most 60 kB, compressed', async () => {
  const scripts = (await filesOf('/playground')).filter(({ pathname }) => pathname.endsWith('.js'));
  const sizes = scripts.map(async (file) => gzipSync(Buffer.from(await (await fetch(file)).arrayBuffer())).length);
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(60_000);
});
