import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium, pagePatienceMs } from '../testing/chromium.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

test('the page comes from this server alone and may load nothing from another', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  const page = await fetch(`${gateway.url}/`);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
  const html = await page.text();
  expect(html).toContain('<title>BentoML Prediction Service</title>');
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
  expect(files).toHaveLength(5);
  for (const file of files) expect((await fetch(new URL(file, gateway.url))).status, file).toBe(200);
  for (const file of ['swagger-ui.js', '..%2fpackage.json', 'x']) {
    expect((await fetch(`${gateway.url}/static/${file}`)).status).toBe(404);
  }
  await gateway.stop();
});

describe.skipIf(noChromium !== '')(`Swagger UI in Chromium${noChromium}`, () => {
  let gateway: LiveGateway;
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    gateway = await new LiveGateway(inject('redisUrl')).start();
    await gateway.registerModel();
    await gateway.work(async (work, signal) => {
      expect(work.prompt).toBeNull();
      const made = await echoHandler(work, signal);
      return { ...made, caption: { ...made.caption, text: 'a dog stands on the grass' } };
    });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
    page.setDefaultTimeout(pagePatienceMs);
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== gateway.url) elsewhere.push(request.url());
    });
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(gateway.url);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  test('shows the service as BentoML does', async () => {
    expect(await page.title()).toBe('BentoML Prediction Service');
    for (const tag of ['Service APIs', 'Infrastructure']) {
      await page.locator('.opblock-tag', { hasText: tag }).waitFor();
    }
  });

  test('captions a file: Try it out, choose it, Execute, read the caption', async () => {
    const operation = page
      .locator('.opblock-post')
      .filter({ has: page.locator('[data-path="/generate"]') })
      .first();
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation
      .locator('input[type=file]')
      .first()
      .setInputFiles(repositoryFile('models/demo/examples/dog-on-the-grass.jpg'));
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table tbody tr.response').first();
    await answer.getByText('a dog stands on the grass').waitFor();
    expect(await answer.locator('.response-col_status').textContent()).toContain('200');
    if (process.env.BLIPQ_SCREENSHOT) await operation.screenshot({ path: process.env.BLIPQ_SCREENSHOT });
  });

  test('leads to the playground', async () => {
    const link = page.getByRole('link', { name: 'playground' }).first();
    expect((await fetch(new URL((await link.getAttribute('href'))!, page.url()))).status).toBe(200);
  });

  test('shows our own API as well, which is first in the list', async () => {
    expect(await page.locator('.topbar select option').allTextContents()).toEqual(['BlipQ API', 'BentoML service']);
    await page.locator('.topbar select').selectOption({ label: 'BlipQ API' });
    await page.locator('.opblock-tag', { hasText: 'Captions' }).waitFor();
    expect(await page.locator('.opblock').count()).toBeGreaterThan(10);
  });

  test('sends no request to another server and violates no rule of its headers', () => {
    expect(elsewhere).toEqual([]);
    expect(errors).toEqual([]);
  });
});
