import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium, pagePatienceMs } from '../testing/chromium.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { AdminKey } from './admin-key.js';

const redisUrl = inject('redisUrl');
const key = 'a-key-for-the-admin:of-tests';
const basic = `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`;
const model = 'owner/name-of-a-model';
const shownAs = 'captions: owner\u2215name-of-a-model';

let gateway: LiveGateway;
let board: string;

beforeAll(async () => {
  gateway = await new LiveGateway(redisUrl, { BLIPQ_ADMIN_KEY: key }).start();
  board = `${gateway.internalUrl}/admin/queues`;
});
afterAll(() => gateway.stop());

const get = (path: string, authorization = basic, init: RequestInit = {}) =>
  fetch(board + path, { ...init, headers: { authorization } });

interface BoardQueue {
  name: string;
  readOnlyMode: boolean;
  counts: Record<string, number>;
  jobs: { id: string; data: Record<string, unknown> }[];
}
async function queues(query = ''): Promise<BoardQueue[]> {
  const response = await get(`/api/queues${query}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { queues: BoardQueue[] }).queues;
}

async function submit(webhook?: string): Promise<string> {
  const form = new FormData();
  form.set('image', new Blob([await readFile(repositoryFile('test/images/rocket.jpg'))]), 'rocket.jpg');
  if (webhook) form.set('webhook', webhook);
  const response = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', body: form });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

test('only the admin key opens the board, as any password or as a bearer token, and only on the internal port', async () => {
  expect((await get('')).status).toBe(200);
  expect((await get('', `Bearer ${key}`)).status).toBe(200);
  const wrong = [
    '',
    'Basic',
    'Bearer ',
    `Bearer ${key}x`,
    `Bearer ${key.slice(1)}`,
    `Digest ${key}`,
    `Bearer x ${key}`,
  ];
  const passwords = ['', 'x', `${key}:x`, `:${key}:`].map(
    (text) => `Basic ${Buffer.from(`u:${text}`).toString('base64')}`,
  );
  for (const authorization of [...wrong, ...passwords, `Basic ${Buffer.from(`${key}:`).toString('base64')}`]) {
    for (const path of ['', '/', '/api/queues', '/static/js/x.js']) {
      const response = await get(path, authorization);
      expect([authorization, path, response.status]).toEqual([authorization, path, 401]);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    }
  }
  expect((await fetch(`${gateway.url}/admin/queues`, { headers: { authorization: basic } })).status).toBe(404);
  expect((await fetch(`${gateway.internalUrl}/admin/queuesx`, { headers: { authorization: basic } })).status).toBe(404);
  expect((await fetch(`${gateway.internalUrl}/metrics`)).status).toBe(200);
});

test('a gateway without an admin key has no board', async () => {
  const closed = await new LiveGateway(redisUrl).start();
  expect((await fetch(`${closed.internalUrl}/admin/queues`, { headers: { authorization: basic } })).status).toBe(404);
  await closed.stop();
});

test.each([
  ['short', undefined, 'BLIPQ_ADMIN_KEY'],
  [undefined, repositoryFile('README.md'), 'BLIPQ_ADMIN_KEY_FILE'],
  [undefined, '/nowhere', 'BLIPQ_ADMIN_KEY_FILE'],
  ['x'.repeat(16), '/nowhere', 'BLIPQ_ADMIN_KEY and BLIPQ_ADMIN_KEY_FILE are both set; keep one of them'],
])('a key that is none is refused at the start, and not quoted: %s %s', (text, file, name) => {
  expect(() => AdminKey.load(text, file)).toThrow(name);
  expect(() => AdminKey.load(text, file)).not.toThrow(/short/);
});

test('the board shows models as they register, and the webhooks, and can change nothing', async () => {
  expect((await queues()).map(({ name }) => name)).toEqual(['webhooks']);
  await gateway.registerModel({ model });
  const shown = await queues();
  expect(shown.map(({ name }) => name)).toEqual(['webhooks', shownAs]);
  expect(shown.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);

  const id = await submit();
  const [queue] = await queues(`?activeQueue=${encodeURIComponent(shownAs)}&status=prioritized`).then((all) =>
    all.filter((one) => one.name === shownAs),
  );
  expect(queue).toMatchObject({ counts: { prioritized: 1 }, jobs: [{ id, data: { id } }] });

  const keys = await gateway.keys();
  for (const [method, path] of [
    ['PUT', `/${encodeURIComponent(shownAs)}/pause`],
    ['PUT', `/${encodeURIComponent(shownAs)}/empty`],
    ['PUT', `/${encodeURIComponent(shownAs)}/${id}/clean`],
    ['POST', `/${encodeURIComponent(shownAs)}/add`],
    ['PUT', '/pause'],
  ] as const) {
    expect((await get(`/api/queues${path}`, basic, { method })).status, path).toBe(405);
  }
  expect(await gateway.keys()).toEqual(keys);
});

test('a manifest that this version cannot read hides no other queue', async () => {
  const shown = await queues();
  await gateway.redis.hset(`${gateway.namespace}:{models}:manifests`, 'newer', '{"task":"grounding"}');
  expect((await queues()).map(({ name }) => name)).toEqual(shown.map(({ name }) => name));
});

describe.skipIf(noChromium !== '')(`the board in Chromium${noChromium}`, () => {
  let browser: Browser;
  const elsewhere: string[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  test('shows the queues and a job of each, sends no request to another server, and violates no rule of its headers', async () => {
    const id = await submit();
    const page = await browser.newPage({
      httpCredentials: { username: 'admin', password: key },
      viewport: { width: 1400, height: 900 },
    });
    page.setDefaultTimeout(pagePatienceMs);
    page.on('request', (request) => {
      if (/^https?:$/.test(new URL(request.url()).protocol) && !request.url().startsWith(board))
        elsewhere.push(request.url());
    });
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    const response = await page.goto(board);
    expect(response?.headers()['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(await page.title()).toBe('BlipQ');
    const link = page.getByRole('link', { name: shownAs }).first();
    await link.waitFor();
    await page.getByText('webhooks').first().waitFor();
    await link.click();
    await page
      .getByRole('link', { name: /prioritized/i })
      .first()
      .click();
    await page.getByText(id).first().waitFor();
    if (process.env.BLIPQ_SCREENSHOT) await page.screenshot({ path: process.env.BLIPQ_SCREENSHOT });
    // No button that would only be refused.
    expect(await page.getByRole('button', { name: /pause|empty|obliterate|retry|promote/i }).count()).toBe(0);
    expect({ elsewhere, errors }).toEqual({ elsewhere: [], errors: [] });
  });
});

test("the board shows the host of a webhook's receiver, not the whole address", async () => {
  await gateway.work(echoHandler, model);
  const own = await new LiveGateway(redisUrl, { BLIPQ_ADMIN_KEY: key, BLIPQ_NAMESPACE: gateway.namespace }).start();
  const delivery = `msg_cap_x-0`;
  await gateway.redis.hset(`${gateway.namespace}:{captions}:notify:${delivery}`, {
    ...{ name: 'deliver', opts: '{}', timestamp: Date.now(), delay: 0, priority: 0 },
    data: JSON.stringify({ id: 'msg_cap_x', round: 0, url: 'https://user:pass@receiver.example/hook?token=secret' }),
  });
  await gateway.redis.lpush(`${gateway.namespace}:{captions}:notify:wait`, delivery);
  const [shown] = (await queues('?activeQueue=webhooks&status=waiting')).filter(({ name }) => name === 'webhooks');
  expect(shown!.jobs).toMatchObject([{ id: delivery, data: { id: 'msg_cap_x', receiver: 'receiver.example' } }]);
  expect(JSON.stringify(shown)).not.toMatch(/token|pass/);
  await own.stop();
});

test('while Redis is away the board reports that', async () => {
  const away = await new LiveGateway('redis://127.0.0.1:1', { BLIPQ_ADMIN_KEY: key }).start();
  const response = await fetch(`${away.internalUrl}/admin/queues/`, { headers: { authorization: basic } });
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('The queue does not answer')]);
  await away.stop();
});
