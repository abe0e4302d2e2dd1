import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newCaptionId, type WorkerStatus } from '@blipq/contracts';
import { ModelRegistry } from '@blipq/queue';
import { OwnRedis } from '@blipq/test-servers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium, noChromium, pagePatienceMs } from '../testing/chromium.js';
import { LiveGateway } from '../testing/live-gateway.js';

const key = 'a-key-for-the-admin:of-tests';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = `<img src=x onerror="window.broken=1">"'><script>window.broken=1</script>`;

const worker: WorkerStatus = {
  ...{ host: 'pod-1', pid: 7, started_at: '2026-01-01T00:00:00.000Z', state: 'ready', reason: null },
  ...{ model: 'demo', task: 'captioning', revision: 'r1', precision: 'fp32', device: 'cpu' },
  ...{ batch_rows: 0, batch_max: 8, restarts: 0 },
};

describe.skipIf(noChromium !== '')(`the live view in Chromium${noChromium}`, () => {
  let redis: OwnRedis;
  let gateway: LiveGateway;
  let registry: ModelRegistry;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let asked: string[];
  let errors: string[];

  beforeAll(async () => {
    redis = await OwnRedis.create();
    await redis.start();
    gateway = await new LiveGateway(redis.url, { BLIPQ_ADMIN_KEY: key }).start();
    registry = new ModelRegistry({ redisUrl: redis.url, namespace: gateway.namespace, commandTimeoutMs: 120_000 });
    await registry.start();
    await gateway.registerModel();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await registry.stop();
    await gateway.stop();
    await redis.remove();
  });

  beforeEach(async () => {
    await registry.note('one', worker);
    [asked, errors] = [[], []];
    context = await browser.newContext({ httpCredentials: { username: 'admin', password: key } });
    page = await context.newPage();
    page.setDefaultTimeout(pagePatienceMs);
    page.on('request', (request) => asked.push(request.url()));
    // That an answer was no success is for the page to say.
    const isOurs = (text: string) => !text.startsWith('Failed to load resource: the server responded');
    page.on('console', (said) => said.type() === 'error' && isOurs(said.text()) && errors.push(said.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.clock.install();
    await page.goto(`${gateway.internalUrl}/admin/live`);
    await page.locator('#connection', { hasText: /^Live$/ }).waitFor();
  });
  afterEach(() => context.close());

  /** Lets the page's clock run on until it shows something. */
  async function shows(selector: string, text: string | RegExp): Promise<void> {
    await expect
      .poll(async () => {
        await page.clock.runFor(2000);
        return await page.locator(selector, { hasText: text }).count();
      })
      .toBeGreaterThan(0);
  }

  /** Writes a record as it is stored, whatever is in it. */
  async function put(state: string, fields: Record<string, string>): Promise<string> {
    const [id, nowMs] = [newCaptionId(), Date.now()];
    await gateway.redis.hset(`${gateway.namespace}:{captions}:record:${id}`, {
      ...{ state, tenant: 'ada', model: 'demo', attempt: 1, created_ms: nowMs - 3000, started_ms: nowMs - 2000 },
      ...{ finished_ms: nowMs, ...fields },
    });
    await gateway.redis.zadd(`${gateway.namespace}:{captions}:latest:${state}`, nowMs, id);
    return id;
  }

  async function expectAccessible(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        expect([width, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([width, width]);
        // The policy of the page allows no script of ours, as it should: the debugger is asked.
        await page.evaluate(axe);
        const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: object[] }[] };
        expect(violations.map(({ id, nodes }) => [colorScheme, width, id, JSON.stringify(nodes)])).toEqual([]);
        if (process.env.BLIPQ_SCREENSHOT)
          await page.screenshot({
            path: `${process.env.BLIPQ_SCREENSHOT}-${colorScheme}-${width}.png`,
            fullPage: true,
          });
      }
    }
  }

  test('shows what changes without being loaded again, and asks no other server', async () => {
    await page.locator('#workers tbody', { hasText: 'pod-1' }).waitFor();
    await registry.note('two', { ...worker, host: 'pod-2', state: 'restarting', reason: 'it was killed' });
    await shows('#workers tr', /pod-2.*restarting: it was killed/);
    const id = await put('failed', { error: JSON.stringify({ code: 'worker_lost', detail: 'Two engines died.' }) });
    await page.getByRole('radio', { name: /^failed/ }).check();
    await shows('#work tr', id);
    const link = page.locator('#work a', { hasText: 'worker_lost: Two engines died.' });
    const [explained] = await Promise.all([context.waitForEvent('page'), link.click()]);
    await explained.getByText('worker_lost').first().waitFor();
    await shows('#findings', /Of \d+ that ended in the last 10 minutes, 1 failed/);
    await page.getByText('What to do (BlipqCaptionsFail)').click();
    await page.locator('#findings p', { hasText: 'blipq_caption_errors_total' }).waitFor();
    await expectAccessible();
    expect(asked.filter((url) => !url.startsWith(`${gateway.internalUrl}/admin/live`))).toEqual([]);
    expect(errors).toEqual([]);
    await registry.note('two');
  });

  test('names and texts that look like HTML are shown as they are written, everywhere', async () => {
    await gateway.registerModel({ model: hostile });
    await registry.note('three', { ...worker, host: hostile, state: 'restarting', reason: hostile, model: hostile });
    const error = JSON.stringify({ code: hostile, detail: hostile });
    const id = await put('failed', { tenant: hostile, model: hostile, error, batch: hostile });
    await page.getByRole('radio', { name: /^failed/ }).check();
    await shows('#work tr', id);
    await shows('#workers tr', /restarting: <img src=x/);
    await page.getByLabel('Find by id').fill(id);
    await page.keyboard.press('Enter');
    await page.locator('#found', { hasText: hostile }).waitFor();
    for (const place of ['#models', '#workers', '#work', '#found']) {
      expect([place, await page.locator(place).textContent()]).toEqual([place, expect.stringContaining(hostile)]);
    }
    expect(await page.locator('main img, main script, main [onerror]').count()).toBe(0);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(await page.locator('#work a').first().getAttribute('href')).toBe(
      `live/docs/errors/${encodeURIComponent(hostile)}`,
    );
    expect(errors).toEqual([]);
    await gateway.redis.hdel(`${gateway.namespace}:{models}:manifests`, hostile);
    await registry.note('three');
  });

  test('everything is done by keyboard: states, the filter, looking up an id, and pausing', async () => {
    const [one, two] = [await put('succeeded', { tenant: 'eve' }), await put('succeeded', { tenant: 'bob' })];
    await page.getByRole('radio', { name: /^queued/ }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: /^succeeded/ }).isChecked()).toBe(true);
    await shows('#work tr', two);
    await page.keyboard.press('Tab');
    await page.keyboard.type('eve');
    expect(await page.locator('#work tbody tr').allInnerTexts()).toEqual([expect.stringContaining(one)]);

    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.type(two);
    await page.keyboard.press('Enter');
    await page.locator('#found dd', { hasText: 'bob' }).waitFor();
    await page.getByLabel('Find by id').fill(newCaptionId());
    await page.keyboard.press('Enter');
    await page.locator('#found', { hasText: 'There is no such work.' }).waitFor();

    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Space');
    await page.locator('#connection', { hasText: 'Paused' }).waitFor();
    const data = () => asked.filter((url) => url.endsWith('/data')).length;
    const before = data();
    await page.clock.runFor(60_000);
    expect(data()).toBe(before);
    await page.keyboard.press('Space');
    await page.locator('#connection', { hasText: /^Live$/ }).waitFor();
    await expect.poll(data).toBeGreaterThan(before);
    expect(errors).toEqual([]);
  });

  test('while Redis is away it says so and what to do, keeps what was seen, and goes on by itself', async () => {
    await redis.kill();
    await shows('#findings', /critical: .*does not answer/);
    expect(await page.locator('#connection').textContent()).toMatch(/does not answer/);
    expect(await page.locator('#workers tbody').textContent()).toContain('pod-1');
    await redis.start();
    await shows('#connection', /^Live$/);
  });
});
