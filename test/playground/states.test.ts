import { createHash, randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium } from '../../apps/gateway/src/testing/chromium.js';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { LiveGateway, repositoryFile } from '../../apps/gateway/src/testing/live-gateway.js';
import { patienceMs } from '../patience-ms.js';
import { PlaygroundPage } from './playground-page.js';

const [key, slowKey] = [randomUUID(), randomUUID()];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const entries = [
  { name: 'team', sha256: sha256(key) },
  // So few that one image is more than it allows.
  { name: 'slow', sha256: sha256(slowKey), rate_limit: { requests: 1, per_s: 3 } },
];
const [dog, cat] = ['dog-on-the-grass.jpg', 'cat-next-to-a-balloon.png'] as const;
const example = (name: string) => repositoryFile(`models/demo/examples/${name}`);

describe.skipIf(noChromium !== '')(`the playground of a server with keys${noChromium}`, () => {
  const held = new HeldHandler();
  let gateway: LiveGateway;
  let browser: Browser;
  let playground: PlaygroundPage;

  beforeAll(async () => {
    const keys = { BLIPQ_API_KEYS: JSON.stringify(entries) };
    gateway = await new LiveGateway(inject('redisUrl'), keys).start();
    await gateway.registerModel();
    await gateway.work(held.handle);
    browser = await launchChromium();
    playground = await PlaygroundPage.open(browser, gateway.url);
  });
  afterEach(() => expect(playground.errors).toEqual([]));
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  test('asks for a key, says when it is not known, and goes on with one that is', async () => {
    const { page } = playground;
    await page.getByRole('heading', { name: 'This server wants an API key' }).waitFor();
    await page.getByLabel('API key').fill('not-a-key');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('It does not know the key that was given.').waitFor();
    await playground.expectAccessible(['light', 'narrow and dark']);
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByText('Drop images here').waitFor();
    await playground.choose(example(dog));
    await playground.shows(dog, 'succeeded');
  });

  test('keeps the key in this tab, and out of what is copied', async () => {
    await playground.page.reload();
    await playground.page.getByText('Drop images here').waitFor();
    expect(await playground.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(key);
    await playground.page.getByRole('button', { name: `Copy ${dog} as curl` }).click();
    const command = await playground.card(dog).locator('pre').textContent();
    expect(command).toContain('-H "Authorization: Bearer $BLIPQ_API_KEY"');
    expect(command).not.toContain(key);
  });

  test('shows every state as it changes, for as many images as are given', async () => {
    const { page } = playground;
    await page.getByLabel('Begin with').fill('hold');
    await playground.choose(...Array.from({ length: 6 }, () => example(cat)));
    await page.locator('[data-state=processing]').first().waitFor();
    await page.locator('[data-state=waiting]').first().waitFor();
    await playground.expectAccessible(['light', 'narrow and dark']);
  });

  test('lets the first that end make room for the next', async () => {
    await expect
      .poll(async () => {
        held.letGo();
        return await playground.page.locator('[data-state=succeeded]').count();
      })
      .toBe(7);
  });

  test('after a reload, what the server has goes on where it was', async () => {
    await playground.choose(example(dog));
    await playground.shows(dog, 'processing');
    await playground.page.reload();
    await playground.shows(dog, 'processing');
    held.letGo();
    await playground.shows(dog, 'succeeded');
  });

  test('shows an answer that came before the page was painted', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    // As on a machine that is too busy to paint.
    await page.addInitScript(() => {
      const later = window.setTimeout.bind(window);
      window.requestAnimationFrame = () => 0;
      window.setTimeout = ((call: () => void, ms = 0) => later(call, ms + 10_000)) as typeof window.setTimeout;
    });
    await page.goto(`${gateway.url}/playground`);
    await page.getByRole('heading', { name: 'This server wants an API key' }).waitFor();
    await context.close();
  });

  test('says that a rate limit is used up, and goes on by itself', async () => {
    const slow = await PlaygroundPage.open(browser, gateway.url);
    await slow.page.getByLabel('API key').fill(slowKey);
    await slow.page.keyboard.press('Enter');
    await slow.choose(example(dog));
    await slow.page.getByText('Too many requests for now.').waitFor();
    await slow.shows(dog, 'succeeded');
    expect([slow.errors, slow.elsewhere]).toEqual([[], []]);
  });
});
