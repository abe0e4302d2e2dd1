import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { OwnRedis } from '@blipq/test-servers';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import type { GatewayConfig } from './config.js';
import { echoHandler, LiveGateway, repositoryFile } from './testing/live-gateway.js';
import { imageForm } from './testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));

/** A gateway with a model and no worker: whoever waits here waits until something else ends the wait. */
async function idleGateway(config: Partial<GatewayConfig> = {}): Promise<LiveGateway> {
  const gateway = await new LiveGateway(inject('redisUrl'), config).start();
  await gateway.registerModel();
  return gateway;
}

async function queuedCaptions(gateway: LiveGateway, count: number): Promise<void> {
  await vi.waitFor(async () =>
    expect((await gateway.keys()).filter((key) => key.includes(':record:'))).toHaveLength(count),
  );
}

test('a stopping server answers requests that wait, gives up those that take too long, accepts no new ones and ends', async () => {
  const gateway = await idleGateway({ BLIPQ_DRAIN_MS: 0 });
  const form = imageForm('image', photo);
  const waiting = fetch(`${gateway.url}/v1/captions`, {
    method: 'POST',
    ...form,
    headers: { ...form.headers, prefer: 'wait=60' },
  });
  const generating = fetch(`${gateway.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  await queuedCaptions(gateway, 2);
  await gateway.stopGateway();

  const waited = await waiting;
  expect([waited.status, waited.headers.get('connection')]).toEqual([202, 'close']);
  expect(await waited.json()).toMatchObject({ state: 'queued' });
  const generated = await generating;
  expect([generated.status, generated.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await generated.json()).toEqual({ error: expect.stringMatching(/stopping/) });
  await expect(fetch(`${gateway.url}/livez`)).rejects.toThrow();
  await gateway.stopAround();
});

test('a stopping server answers requests that it gives up while Redis does not answer', async () => {
  const redis = await OwnRedis.create();
  onTestFinished(() => redis.remove());
  await redis.start();
  const gateway = await new LiveGateway(redis.url, { BLIPQ_DRAIN_MS: 0 }, {}).start();
  await gateway.registerModel();
  const generating = fetch(`${gateway.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  // The gateway has heard that it is queued.
  const metrics = async () => await (await fetch(`${gateway.internalUrl}/metrics`)).text();
  await expect.poll(metrics).toContain('blipq_submissions_total{outcome="queued"} 1\n');
  redis.signal('SIGSTOP');
  const stopped = gateway.stopGateway();
  const generated = await generating;
  // 2 s where the gateway was just asking Redis how the caption is.
  expect([generated.status, generated.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[12]$/)]);
  redis.signal('SIGCONT');
  await stopped;
  await gateway.stopAround();
});

test('a stopping server finishes work that a client waits for, and ends right after it', async () => {
  const gateway = await idleGateway({ BLIPQ_DRAIN_MS: 600_000 });
  const generating = fetch(`${gateway.url}/generate`, { method: 'POST', ...imageForm('img', photo) });
  await queuedCaptions(gateway, 1);
  const stopped = gateway.stopGateway();
  await vi.waitFor(() => expect(fetch(`${gateway.url}/livez`)).rejects.toThrow());
  await gateway.work(echoHandler);
  const generated = await generating;
  expect([generated.status, generated.headers.get('connection')]).toEqual([200, 'close']);
  expect(await generated.text()).toBe('echoed');
  await stopped;
  await gateway.stopAround();
});

/** False when the machine was too busy to send the requests while the server served on. */
async function servesOn(shutdownDelayMs: number): Promise<boolean> {
  const gateway = await idleGateway({ BLIPQ_SHUTDOWN_DELAY_MS: shutdownDelayMs });
  const waiting = fetch(`${gateway.url}/v1/captions`, {
    method: 'POST',
    body: photo,
    headers: { 'content-type': 'image/jpeg', prefer: 'wait=60' },
  });
  await queuedCaptions(gateway, 1);
  const stoppedAtMs = performance.now();
  const stopped = gateway.stopGateway();
  const isLate = () => performance.now() - stoppedAtMs >= shutdownDelayMs;
  const ask = (path: string, init?: RequestInit) =>
    fetch(gateway.url + path, init).catch((error: unknown) => {
      if (!isLate()) throw error;
    });
  const unready = await ask('/readyz');
  const submission = { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } };
  const submitted = await ask('/v1/captions', submission);
  for (const [answer, status] of [
    [unready, 503],
    [submitted, 202],
    [await waiting, 202],
  ] as const) {
    if (answer) expect([answer.status, answer.headers.get('connection')]).toEqual([status, 'close']);
  }
  await stopped;
  await gateway.stopAround();
  return unready !== undefined && submitted !== undefined;
}

test('a stopping server serves on for a while, unready and closing connections, until proxies have noticed', async () => {
  for (let delayMs = 3000; !(await servesOn(delayMs)); delayMs *= 4);
});

test('an upload that is under way when a stop begins is finished and acknowledged', async () => {
  const gateway = await idleGateway();
  const { body, headers } = imageForm('image', photo);
  const upload = request(`${gateway.url}/v1/captions`, {
    method: 'POST',
    headers: { ...headers, expect: '100-continue' },
  });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write(body.subarray(0, 1000));
  const stopped = gateway.stopGateway();
  upload.end(body.subarray(1000));
  const [response] = await answered;
  expect([response.statusCode, response.headers.connection]).toEqual([202, 'close']);
  response.resume();
  await stopped;
  await gateway.stopAround();
});

test('the wait of a client that goes away ends', async () => {
  const gateway = await idleGateway();
  const client = new AbortController();
  const gone = fetch(`${gateway.url}/generate`, {
    method: 'POST',
    ...imageForm('img', photo),
    signal: client.signal,
  });
  await queuedCaptions(gateway, 1);
  client.abort();
  await expect(gone).rejects.toThrow();
  await vi.waitFor(() => {
    expect(gateway.logs).toContainEqual(expect.objectContaining({ msg: 'client went away', path: '/generate' }));
  });
  expect(gateway.logs).not.toContainEqual(expect.objectContaining({ level: 50 }));
  await gateway.stop();
});

test('an upload that is cut off leaves nothing behind and is not logged as an error', async () => {
  const gateway = await idleGateway();
  const keys = await gateway.keys();
  const { body, headers } = imageForm('image', photo);
  const upload = request(`${gateway.url}/v1/captions`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write(body.subarray(0, 50_000), () => upload.destroy());
  await vi.waitFor(() => {
    expect(gateway.logs).toContainEqual(expect.objectContaining({ msg: 'client went away', path: '/v1/captions' }));
  });
  expect(gateway.logs).not.toContainEqual(expect.objectContaining({ level: 50 }));
  expect(await gateway.keys()).toEqual(keys);
  await gateway.stop();
});

test('a stop ends streams of events, so that their readers come back to another gateway', async () => {
  const gateway = await idleGateway();
  const { links } = (await (
    await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...imageForm('image', photo) })
  ).json()) as { links: { events: string } };
  const stream = await fetch(gateway.url + links.events);
  const reader = stream.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toMatch(/^retry: \d+\n\n/);
  await gateway.stopGateway();
  for (;;) {
    const { done } = await reader.read();
    if (done) break;
  }
  await gateway.stopAround();
});
