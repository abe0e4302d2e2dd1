import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { launchChromium, noChromium } from '../testing/chromium.js';
import { latch } from '../testing/latch.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { hashOf } from './api-keys.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const keys = [{ name: 'ada', sha256: hashOf('ada-secret').toString('hex') }];
const authorization = 'Bearer ada-secret';

let browser: Browser;
beforeAll(async () => {
  if (noChromium === '') browser = await launchChromium();
});
afterAll(() => browser?.close());

/** An empty page of an application that has a server of its own. Returns its origin. */
async function application(): Promise<string> {
  const server = createServer((_request, response) => void response.setHeader('content-type', 'text/html').end('<p>'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.skipIf(noChromium)(
  `the EventSource of a page of another origin sees a batch to its end by a token, and then rests${noChromium}`,
  async () => {
    const origin = await application();
    const settings = { BLIPQ_API_KEYS: JSON.stringify(keys), BLIPQ_CORS_ORIGINS: [origin] };
    const gateway = await new LiveGateway(inject('redisUrl'), settings).start();
    onTestFinished(() => gateway.stop());
    await gateway.registerModel();
    const go = latch();
    await gateway.work(async (...work) => {
      await go.promise;
      return await echoHandler(...work);
    });
    // What the application's server does, which has the key.
    const post = async (path: string, body: object) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      // biome-ignore lint/suspicious/noExplicitAny: the tests beside this one hold the answers to their schemas
      return (await answer.json()) as any;
    };
    const items = [0, 1].map((index) => ({ key: `k${index}`, image: { base64: photo.toString('base64') } }));
    const batch = await post('/v1/batches', { items });
    const { token } = await post('/v1/events/token', { subject: batch.id });

    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(origin);
    const url = `${gateway.url}${batch.links.events}?token=${token}`;
    await page.evaluate(`
      seen = [];
      source = new EventSource(${JSON.stringify(url)});
      for (const event of ['batch.processing', 'batch.completed']) {
        source.addEventListener(event, ({ data }) => seen.push({ event, done: JSON.parse(data).counts.succeeded }));
      }
    `);
    await page.waitForFunction('seen.length > 0');
    go.resolve();
    // The end of the stream makes it connect again, and the answer to that closes it for good.
    await page.waitForFunction('source.readyState === EventSource.CLOSED');
    const seen = (await page.evaluate('seen')) as { event: string; done: number }[];
    expect(seen[0]).toEqual({ event: 'batch.processing', done: 0 });
    expect(seen.at(-1)).toEqual({ event: 'batch.completed', done: 2 });
    expect(seen.filter(({ event }) => event === 'batch.completed')).toHaveLength(1);

    const refused = `${gateway.url}/v1/batches/${batch.id}/events?token=evt_${'x'.repeat(43)}`;
    await page.evaluate(`stranger = new EventSource(${JSON.stringify(refused)})`);
    await page.waitForFunction('stranger.readyState === EventSource.CLOSED');
  },
);
