import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test, vi } from 'vitest';
import { WorkerProcess } from '../apps/worker/src/testing/worker-process.js';
import { AppProcess, freePort } from '../packages/test-servers/src/index.js';
import { type Caption, exampleCaptions, exampleNames } from './captions-client.js';
import { isUnanswered } from './until-answered.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const shared = { REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: `test-${randomUUID()}` };
const children = new Set<ChildProcess>();

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Service {
  child: ChildProcess;
  isReady(): Promise<boolean>;
}

async function ready(service: Service): Promise<Service> {
  children.add(service.child);
  await vi.waitFor(async () => expect(await service.isReady()).toBe(true), { interval: 100 });
  return service;
}

async function startWorker(): Promise<Service> {
  const env = { BLIPQ_MODEL: join(root, 'models/demo'), BLIPQ_CACHE: inject('modelCache'), BLIPQ_PRECISION: 'fp32' };
  const worker = await WorkerProcess.spawn({ ...shared, ...env, BLIPQ_BATCH_MAX: '2', BLIPQ_THREADS: '1' });
  return await ready({
    child: worker.child,
    isReady: async () => (await worker.health('/readyz')).status === 200,
  });
}

async function startGateway(port: number): Promise<Service> {
  const { child } = new AppProcess('gateway', {
    ...{ ...shared, PORT: String(port), BLIPQ_INTERNAL_PORT: '0', BLIPQ_THREADS: '1', BLIPQ_LOG_LEVEL: 'error' },
    // Longer than the balancer below takes to notice that a gateway is not ready.
    BLIPQ_SHUTDOWN_DELAY_MS: '10000',
  });
  return await ready({ child, isReady: () => isReady(port) });
}

async function isReady(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Ends a process as a rolling restart does, in order, and starts its successor. */
async function replaced({ child }: Service, start: () => Promise<Service>): Promise<Service> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  children.delete(child);
  return await start();
}

/**
 * Sends each request to a gateway that was ready when it last asked, over connections that are kept alive, and again when
 * the gateway could not reach Redis in time, as its answer says.
 */
class Balancer {
  /** Requests that were sent again. */
  repeated = 0;
  readonly #ports: number[];
  readonly #stopping = new AbortController();
  #ready: number[];
  #turn = 0;

  constructor(ports: number[]) {
    this.#ports = ports;
    this.#ready = ports;
    void this.#watch();
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    this.#turn += 1;
    const response = await fetch(`http://127.0.0.1:${this.#ready[this.#turn % this.#ready.length]}${path}`, init);
    if (!(await isUnanswered(response))) return response;
    this.repeated += 1;
    await delay(Number(response.headers.get('retry-after')) * 1000);
    return await this.request(path, init);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #watch(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const answers = await Promise.all(this.#ports.map(isReady));
      const ready = this.#ports.filter((_, index) => answers[index]);
      // A look that no gateway answered in time says nothing: one of them always serves.
      if (ready.length > 0) this.#ready = ready;
      // What it would do by a probe's period.
      await delay(100);
    }
  }
}

function imageForm(field: string, name: string): FormData {
  const form = new FormData();
  form.set(field, new Blob([readFileSync(join(root, 'models/demo/examples', name))]), name);
  return form;
}

async function expected(response: Response, ...statuses: number[]): Promise<Response> {
  if (statuses.includes(response.status)) return response;
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}

const isCanceled = ({ state }: Caption) => state === 'canceled';
const isOver = ({ state }: Caption) => state !== 'queued' && state !== 'processing';

/** The ways in which clients get their captions. Each returns the text. */
const clients = {
  async generate(balancer: Balancer, name: string): Promise<string> {
    const response = await balancer.request('/generate', { method: 'POST', body: imageForm('img', name) });
    return await (await expected(response, 200)).text();
  },

  async longPolling(balancer: Balancer, name: string): Promise<string> {
    const headers = { prefer: 'wait=20' };
    const init = { method: 'POST', headers, body: imageForm('image', name) };
    let response = await expected(await balancer.request('/v1/captions', init), 200, 202);
    for (;;) {
      const caption = (await response.json()) as Caption;
      if (isOver(caption)) return caption.caption?.text ?? caption.state;
      response = await expected(await balancer.request(`/v1/captions/${caption.id}`, { headers }), 200);
    }
  },

  async events(balancer: Balancer, name: string): Promise<string> {
    const submit = { method: 'POST', body: imageForm('image', name) };
    const { id } = (await (await expected(await balancer.request('/v1/captions', submit), 202)).json()) as Caption;
    let last = 0;
    for (;;) {
      const headers = { 'last-event-id': String(last) };
      const stream = await expected(await balancer.request(`/v1/captions/${id}/events`, { headers }), 200);
      // It ends, in order, with the caption or with its gateway.
      for (const event of (await stream.text()).split('\n\n').filter((text) => text.startsWith('id: '))) {
        const [, version, data] = /^id: (\d+)\nevent: .*\ndata: (.*)$/.exec(event)!;
        if (Number(version) <= last) throw new Error(`version ${version} came after ${last}`);
        last = Number(version);
        const caption = JSON.parse(data!) as Caption;
        if (isOver(caption)) return caption.caption?.text ?? caption.state;
      }
    }
  },
};
type Way = keyof typeof clients;

test('gateways and workers are restarted one by one under load: no request fails, no attempt is spent', async () => {
  const ports = [await freePort(), await freePort()];
  const workers = [await startWorker(), await startWorker()];
  const gateways: Service[] = [];
  for (const port of ports) gateways.push(await startGateway(port));
  const balancer = new Balancer(ports);

  const done: Record<Way, number> = { generate: 0, longPolling: 0, events: 0 };
  const failures: string[] = [];
  let stopping = false;
  const load = (Object.keys(clients) as Way[]).map(async (way) => {
    for (let turn = 0; !stopping; turn += 1) {
      const name = exampleNames[turn % exampleNames.length]!;
      try {
        const text = await clients[way](balancer, name);
        if (text !== exampleCaptions[name]) failures.push(`${way}: ${text}`);
      } catch (error) {
        failures.push(`${way}: ${(error as Error).message}: ${(error as Error).cause}`);
      }
      done[way] += 1;
    }
  });
  /** Each client has got captions since. */
  const underLoad = async () => {
    const before = { ...done };
    await vi.waitFor(() => {
      for (const way of Object.keys(done) as Way[]) expect(done[way]).toBeGreaterThan(before[way] + 2);
    });
  };

  for (const [index, port] of ports.entries()) {
    await underLoad();
    gateways[index] = await replaced(gateways[index]!, () => startGateway(port));
    await underLoad();
    workers[index] = await replaced(workers[index]!, startWorker);
  }
  await underLoad();
  stopping = true;
  await Promise.all(load);
  expect(failures).toEqual([]);

  const captions: (Caption & { attempt: number })[] = [];
  for (let cursor = ''; ; ) {
    const page = await expected(await balancer.request(`/v1/captions?limit=100${cursor}`), 200);
    const { data, next_cursor } = (await page.json()) as { data: typeof captions; next_cursor: string | null };
    captions.push(...data);
    if (!next_cursor) break;
    cursor = `&cursor=${next_cursor}`;
  }
  balancer.stop();
  expect(captions.length).toBeGreaterThanOrEqual(done.generate + done.longPolling + done.events);
  // Where a request is repeated, the gateway has given up what it made of the first.
  const [givenUp, others] = [captions.filter(isCanceled), captions.filter((caption) => !isCanceled(caption))];
  expect(givenUp.length).toBeLessThanOrEqual(balancer.repeated);
  expect(others.filter(({ state, attempt }) => state !== 'succeeded' || attempt !== 1)).toEqual([]);
  for (const { child } of [...gateways, ...workers]) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }
}, 900_000);
