import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

/** Debian's package; tools/test.mjs installs it where it may. */
const executablePath = '/usr/bin/chromium';
const reason = existsSync(executablePath) ? '' : ' (skipped: there is no /usr/bin/chromium; apt-get install chromium)';

describe.skipIf(reason !== '')(`Execute in Swagger UI works without editing${reason}`, () => {
  let gateway: LiveGateway;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    gateway = await new LiveGateway(inject('redisUrl')).start();
    await gateway.registerModel();
    await gateway.work(echoHandler);
    await gateway.answerAndMatch();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
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
    expect(answer.status(), `${answer.request().postData()?.slice(0, 2000)}\n${await answer.text()}`).toBeLessThan(203);
  });
});
