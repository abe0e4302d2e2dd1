import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium, pagePatienceMs } from '../testing/chromium.js';
import { LiveGateway } from '../testing/live-gateway.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(noChromium !== '')(`the documents in Chromium${noChromium}`, () => {
  let gateway: LiveGateway;
  let browser: Browser;
  let page: Page;
  let asked: string[];
  let errors: string[];

  beforeAll(async () => {
    gateway = await new LiveGateway(inject('redisUrl')).start();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway.stop();
  });
  beforeEach(async () => {
    [asked, errors] = [[], []];
    page = await browser.newPage();
    page.setDefaultTimeout(pagePatienceMs);
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (said) => said.type() === 'error' && errors.push(said.text()));
    page.on('pageerror', (error) => errors.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(gateway.url))).toEqual([]);
  });

  test('a word and the keyboard lead from any page to the section that has it', async () => {
    await page.goto(`${gateway.url}/docs/errors/queue_full`);
    await page.keyboard.press('/');
    await page.keyboard.type('tenant_queue_full');
    await page.locator('.results a').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${gateway.url}/docs/errors/tenant_queue_full`);
    expect(await page.title()).toBe('tenant_queue_full · BlipQ');
  });

  test('a search without a result says so, and Escape closes it', async () => {
    await page.goto(`${gateway.url}/docs/`);
    await page.locator('.search input').fill('zzzzqqq');
    await page.locator('.results', { hasText: 'Nothing found.' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.results').waitFor({ state: 'hidden' });
  });

  test.each(['/docs/', '/docs/errors/queue_full'])('axe-core finds nothing on %s, light or dark', async (path) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(gateway.url + path);
      const found = await page.evaluate(`${axe}; axe.run()`);
      const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    }
  });
});
