import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { Blipq } from '../../packages/client/src/index.js';
import type { CaptionHandler } from '../../packages/queue/src/index.js';
import { commandEnd, photo, Workplace } from './blipq-command.js';

let place: Workplace;
let host: Server;
let images: string;

beforeEach(async () => {
  place = new Workplace({});
  const bytes = readFileSync(photo);
  host = createServer((req, res) => {
    if (req.url?.includes('missing')) res.writeHead(404).end();
    else res.setHeader('content-type', 'image/jpeg').end(bytes);
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  images = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});
afterEach(() => {
  place.remove();
  host.close();
});

/** A gateway and a worker, and how often each image was captioned. */
async function started(handler: CaptionHandler): Promise<{ gateway: LiveGateway; blipq: Blipq; runs: number[] }> {
  const runs: number[] = [];
  const gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_FETCH_ALLOW: ['127.0.0.1'],
    BLIPQ_FETCH_HTTP: true,
    BLIPQ_FETCH_PORTS: [(host.address() as AddressInfo).port],
  }).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  await gateway.work(async (work, signal) => {
    runs.push(1);
    return await handler(work, signal);
  });
  return { gateway, blipq: new Blipq({ server: gateway.url }), runs };
}

function listOf(count: number, ...more: string[]): string[] {
  const urls = [...Array.from({ length: count }, (_, i) => `${images}/${i}.jpg`), ...more];
  writeFileSync(place.file('urls.txt'), `${urls.join('\n')}\n`);
  return urls;
}

async function batchesOf(blipq: Blipq) {
  const found = [];
  for await (const batch of blipq.batches.list()) found.push(batch);
  return found;
}
const made = () => place.lines('o.jsonl').map(({ image }) => image);

test('a list of URLs goes to the server in a batch, one of them twice, and one URL’s trouble is its own', async () => {
  const { gateway, blipq } = await started(echoHandler);
  const urls = listOf(30);
  listOf(30, urls[3]!, `${images}/missing.jpg`);
  const { code, err } = await place.run([
    ...['caption', 'urls.txt', '--out', 'o.jsonl', '--failed', 'f.jsonl', '--prompt', 'a'],
    ...['--server', gateway.url],
  ]);
  expect([code, err]).toEqual([1, expect.stringContaining('1 failed')]);
  expect(new Set(made())).toEqual(new Set(urls));
  expect(place.lines('o.jsonl')[0]).toMatchObject({ caption: 'a echoed' });
  expect(place.lines('f.jsonl')).toMatchObject([{ image: `${images}/missing.jpg`, code: 'fetch_failed' }]);
  expect(await batchesOf(blipq)).toMatchObject([{ total: 31, state: 'completed' }]);
});

test('killed and resumed, what is in a batch on the server is taken from it and nothing is made twice', async () => {
  const held = new HeldHandler();
  const { gateway, blipq, runs } = await started(async (work, signal) =>
    held.handle({ ...work, ...(runs.length > 3 && { prompt: 'hold' }) }, signal),
  );
  const urls = listOf(40);
  const args = ['caption', 'urls.txt', '--out', 'o.jsonl', '--server', gateway.url];
  const child = place.start(args);
  const end = commandEnd(child);
  await vi.waitFor(() => expect(made().length).toBeGreaterThanOrEqual(3));
  child.kill('SIGKILL');
  await end;
  const resumed = place.start([...args, '--resume']);
  const outcome = commandEnd(resumed);
  const release = setInterval(() => held.letGo(), 50);
  onTestFinished(() => clearInterval(release));
  expect(await outcome).toMatchObject({ code: 0 });
  expect([made().length, new Set(made())]).toEqual([40, new Set(urls)]);
  expect(runs.length).toBe(40);
  expect(await batchesOf(blipq)).toMatchObject([{ total: 40, counts: { succeeded: 40 } }]);
});

test('stopped by a signal, it cancels its batch, and resumed it captions the rest', async () => {
  const held = new HeldHandler();
  const { gateway, blipq } = await started(held.handle);
  const urls = listOf(20);
  const args = ['caption', 'urls.txt', '--out', 'o.jsonl', '--prompt', 'hold', '--server', gateway.url];
  const begun = held.nextBegun();
  const child = place.start(args);
  const end = commandEnd(child);
  await begun;
  child.kill('SIGINT');
  expect(await end).toMatchObject({ code: 130 });
  await vi.waitFor(async () => expect(await batchesOf(blipq)).toMatchObject([{ state: 'completed' }]));
  const release = setInterval(() => held.letGo(), 50);
  onTestFinished(() => clearInterval(release));
  expect(await place.run([...args, '--resume'])).toMatchObject({ code: 0 });
  expect([made().length, new Set(made())]).toEqual([20, new Set(urls)]);
});
