/**
 * Batches of URLs while gateways are killed: `npm test` does it with a few hundred items, `npm run gateway-loss` with
 * 10,000.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test, vi } from 'vitest';
import { WorkerProcess } from '../apps/worker/src/testing/worker-process.js';
import type { BatchResource, BatchResult } from '../packages/contracts/src/index.js';
import { AppProcess, freePort } from '../packages/test-servers/src/index.js';
import { untilAnswered } from './until-answered.js';

const count = process.env.BLIPQ_GATEWAY_LOSS === 'whole' ? 10_000 : 200;
/** Images that a gateway fetches at once. */
const fetchesMax = 8;
const hosts = 20;
const demo = fileURLToPath(new URL('../models/demo', import.meta.url));
const image = readFileSync(join(demo, 'examples/sun-above-a-house.png'));
const shared = { REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: `test-${randomUUID()}`, BLIPQ_LOG_LEVEL: 'warn' };
const started = new Set<Pick<AppProcess, 'kill'>>();

/** Hosts of images that answer, or keep those who ask waiting. How often they were asked for each image: */
const asked = new Map<string, number>();
let isHolding = true;
const held = new Set<ServerResponse>();
const imageServer = createServer(({ url }, response) => {
  asked.set(url!, (asked.get(url!) ?? 0) + 1);
  if (!isHolding) return void response.end(image);
  held.add(response);
  response.once('close', () => held.delete(response));
});
function release(): void {
  isHolding = false;
  for (const response of held) response.end(image);
}

afterAll(async () => {
  await Promise.all([...started].map((app) => app.kill('SIGKILL')));
  imageServer.close();
  imageServer.closeAllConnections();
});

async function startGateway(): Promise<{ gateway: AppProcess; url: string }> {
  const port = await freePort();
  const gateway = new AppProcess('gateway', {
    ...{ ...shared, PORT: String(port), BLIPQ_INTERNAL_PORT: String(await freePort()), BLIPQ_THREADS: '1' },
    ...{ BLIPQ_FETCH_ALLOW: '127.0.9.0/24', BLIPQ_FETCH_HTTP: '1', BLIPQ_FETCH_TIMEOUT_MS: '120000' },
    BLIPQ_FETCH_PORTS: String((imageServer.address() as AddressInfo).port),
    // So few that some are fetched while others are captioned.
    ...{ BLIPQ_FETCHES_MAX: String(fetchesMax), BLIPQ_FETCH_AHEAD: '32' },
  });
  started.add(gateway);
  await gateway.ready();
  return { gateway, url: `http://127.0.0.1:${port}` };
}

async function startWorker(): Promise<WorkerProcess> {
  const model = { BLIPQ_MODEL: demo, BLIPQ_CACHE: inject('modelCache'), BLIPQ_PRECISION: 'fp32', BLIPQ_THREADS: '1' };
  const worker = await WorkerProcess.spawn({ ...shared, ...model });
  started.add(worker);
  await worker.ready();
  return worker;
}

const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() };

function beginUpload(url: string, lines: string[]): ClientRequest {
  const upload = request(`${url}/v1/batches`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write(`${lines.join('\n')}\n`);
  return upload;
}

/** Reads results behind a cursor until there are enough of them. */
async function readOn(url: string, results: BatchResult[], batch: BatchResource, enough: number): Promise<void> {
  const cursor = results.at(-1)?.cursor ?? '0';
  const answer = await untilAnswered(() => fetch(`${url}${batch.links.results}?cursor=${cursor}`));
  expect(answer.status).toBe(200);
  const stream = Readable.fromWeb(answer.body as never);
  for await (const line of createInterface(stream)) {
    if (line !== '') results.push(JSON.parse(line));
    if (results.length === enough) break;
  }
  stream.destroy();
}

const isHeld = () => vi.waitFor(() => expect(held.size).toBeGreaterThan(0));

test(`gateways are killed during the upload, the fetching and the captioning of ${count} items: each ends once`, async () => {
  await once(imageServer.listen(0, '0.0.0.0'), 'listening');
  const { port } = imageServer.address() as AddressInfo;
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ key: `${n}`, image: { url: `http://127.0.9.${1 + (n % hosts)}:${port}/${n}` } }),
  );
  const worker = await startWorker();

  const first = await startGateway();
  const upload = beginUpload(first.url, lines.slice(0, count / 2));
  await isHeld();
  await first.gateway.kill('SIGKILL');
  expect(upload.closed || (await once(upload, 'close'))).toBeTruthy();
  const [second, third] = await Promise.all([startGateway(), startGateway()]);
  const body = lines.join('\n');
  const answer = await untilAnswered(() => fetch(`${second.url}/v1/batches`, { method: 'POST', headers, body }));
  expect(answer.status).toBe(202);
  const batch = (await answer.json()) as BatchResource;
  expect(batch).toMatchObject({ total: count, refused: 0 });
  expect(new Set(batch.items!.map(({ id }) => id)).size).toBe(count);

  await isHeld();
  await Promise.all([second.gateway.kill('SIGKILL'), third.gateway.kill('SIGKILL')]);
  release();
  const [fourth, fifth] = await Promise.all([startGateway(), startGateway()]);

  const results: BatchResult[] = [];
  await readOn(fourth.url, results, batch, count / 10);
  await fourth.gateway.kill('SIGKILL');
  await readOn(fifth.url, results, batch, count);

  expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([...lines.keys()]);
  expect(results.filter(({ index, key, status }) => status !== 'succeeded' || key !== `${index}`)).toEqual([]);
  const ended = await untilAnswered(() => fetch(`${fifth.url}/v1/batches/${batch.id}`));
  const end = (await ended.json()) as BatchResource;
  expect(end).toMatchObject({ state: 'completed', counts: { succeeded: count, failed: 0 } });
  const { body: metrics } = await worker.health('/metrics');
  expect(metrics).toContain(`blipq_caption_attempts_total{outcome="succeeded"} ${count}\n`);
  // Asked for again is only what a gateway had in hand that was killed.
  expect(asked.size).toBe(count);
  const requests = [...asked.values()].reduce((sum, one) => sum + one, 0);
  expect(requests).toBeLessThanOrEqual(count + 4 * fetchesMax);
  expect(requests).toBeGreaterThan(count);
}, 600_000);
