import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { tinyPng } from '../../apps/gateway/src/openapi/tiny-png.js';
import { launchChromium, noChromium, pagePatienceMs } from '../../apps/gateway/src/testing/chromium.js';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';

const entry = fileURLToPath(new URL('../../packages/client/dist/index.js', import.meta.url));
const redDisc = `data:image/png;base64,${tinyPng}`;
let gateway: LiveGateway;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_CORS_ORIGINS: ['*'] }).start();
  await gateway.registerModel();
  await gateway.work(echoHandler);
});
afterAll(() => gateway.stop());

/** The whole package as one minified script that sets `blipqClient`. */
async function bundle(): Promise<string> {
  const build = await rolldown({ input: entry, platform: 'neutral', onwarn: (warning) => Promise.reject(warning) });
  const { output } = await build.generate({ format: 'iife', name: 'blipqClient', minify: true });
  return output[0].code;
}

test('the package is at most 10 kB, minified, with all that it depends on', async () => {
  expect(Buffer.byteLength(await bundle())).toBeLessThanOrEqual(10_000);
});

test('it needs no more than the web’s own globals, as edge workers have them', async () => {
  const web = { fetch, FormData, Blob, URL, URLSearchParams, Headers, TextEncoder, TextDecoder, crypto, atob };
  const timers = { AbortController, AbortSignal, setTimeout, clearTimeout };
  const context = createContext({ ...web, ...timers, server: gateway.url, Uint8Array, ArrayBuffer });
  runInContext(await bundle(), context);
  const code = `new blipqClient.Blipq({ server }).caption('${redDisc}', { prompt: 'edge', onUpdate() {} })`;
  expect((await runInContext(code, context)).caption.text).toBe('edge echoed');
});

test.skipIf(noChromium !== '')(`captions a file and verifies a webhook in Chromium${noChromium}`, async () => {
  const script = await bundle();
  const site = createServer((_req, res) => void res.setHeader('content-type', 'text/html').end('<p>')).listen(
    0,
    '127.0.0.1',
  );
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(pagePatienceMs);
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
    await page.addScriptTag({ content: script });
    const result = await page.evaluate(
      async ([server, png]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the script's global.
        const { Blipq, verifyWebhook } = (globalThis as any).blipqClient;
        const blob = await (await fetch(png!)).blob();
        const states: string[] = [];
        const blipq = new Blipq({ server });
        const onUpdate = ({ state }: { state: string }) => states.push(state);
        const caption = await blipq.caption(blob, { prompt: 'page', onUpdate });
        const refused = await verifyWebhook('{}', new Headers(), 'whsec_AA').catch((error: Error) => error.name);
        return [caption.caption.text, states.at(-1), refused];
      },
      [gateway.url, redDisc],
    );
    expect(result).toEqual(['page echoed', 'succeeded', 'WebhookVerificationError']);
  } finally {
    await browser.close();
    site.close();
  }
});
