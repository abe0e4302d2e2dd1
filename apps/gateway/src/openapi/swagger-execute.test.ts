import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium, pagePatienceMs } from '../testing/chromium.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

describe.skipIf(noChromium !== '')(`Execute in Swagger UI works without editing${noChromium}`, () => {
  let gateway: LiveGateway;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    gateway = await new LiveGateway(inject('redisUrl')).start();
    await gateway.registerModel();
    await gateway.work(echoHandler);
    await gateway.answerAndMatch();
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
    page.setDefaultTimeout(pagePatienceMs);
    await page.goto(gateway.url);
    await page.locator('.topbar select').selectOption({ label: 'BlipQ API' });
    await page.locator('.opblock-tag', { hasText: 'Captions' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  test.each([
    ['/v1/captions', 'multipart/form-data'],
    ['/v1/answers', 'multipart/form-data'],
    ['/v1/matches', 'multipart/form-data'],
    ['/v1/batches', 'application/json'],
    ['/v1/chat/completions', 'application/json'],
  ])('POST %s as %s', async (path, type) => {
    const operation = page.locator('.opblock-post', { has: page.locator(`[data-path="${path}"]`) }).first();
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const types = operation.locator('.opblock-section-request-body select.content-type');
    if ((await types.locator('option').count()) > 1) await types.selectOption(type);
    if (type !== 'application/json') {
      const file = operation.locator('input[type=file]').first();
      await file.setInputFiles(repositoryFile('models/demo/examples/dog-on-the-grass.jpg'));
    }
    const answered = page.waitForResponse((one) => one.request().method() === 'POST');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = await answered;
    // The page draws all that is open anew at every change.
    await operation.locator('.opblock-summary-control').click();
    expect(answer.status(), `${answer.request().postData()?.slice(0, 2000)}\n${await answer.text()}`).toBeLessThan(203);
  });
});
