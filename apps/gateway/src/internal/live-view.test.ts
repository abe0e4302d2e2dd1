import { readFile } from 'node:fs/promises';
import { newCaptionId, type WorkerStatus } from '@blipq/contracts';
import { ModelRegistry } from '@blipq/queue';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { type Finding, liveRules } from './live-findings.js';
import type { LiveState } from './live-state.js';
import { readRunbook } from './runbook.js';

const redisUrl = inject('redisUrl');
const key = 'a-key-for-the-admin:of-tests';
const authorization = `Bearer ${key}`;

let gateway: LiveGateway;
let registry: ModelRegistry;

beforeAll(async () => {
  gateway = await new LiveGateway(redisUrl, { BLIPQ_ADMIN_KEY: key }).start();
  registry = new ModelRegistry({ redisUrl, namespace: gateway.namespace, commandTimeoutMs: 120_000 });
  await registry.start();
});
afterAll(async () => {
  await registry.stop();
  await gateway.stop();
});

const get = (path: string, to = gateway) => fetch(`${to.internalUrl}${path}`, { headers: { authorization } });

type Data = LiveState & { findings: Finding[]; error?: string };
async function data(to = gateway): Promise<Data> {
  return (await (await get('/admin/live/data', to)).json()) as Data;
}

/** The state once it is as a test waits for it: a look is shared for a second. */
const seen = (part: (state: Data) => unknown, to = gateway) => expect.poll(async () => part(await data(to)));
/** The tests' own Redis writes nothing to a disk, which is found all the while. */
const alerts = ({ findings }: Data) =>
  findings.map(({ alert }) => alert).filter((alert) => alert !== 'BlipqRedisKeepsNothing');

async function submit(query = ''): Promise<string> {
  const body = await readFile(repositoryFile('test/images/rocket.jpg'));
  const headers = { 'content-type': 'image/jpeg' };
  const response = await fetch(`${gateway.url}/v1/captions${query}`, { method: 'POST', headers, body });
  return ((await response.json()) as { id: string }).id;
}

const status: WorkerStatus = {
  ...{ host: 'pod-1', pid: 7, started_at: '2026-01-01T00:00:00.000Z', state: 'ready', reason: null },
  ...{ model: 'demo', task: 'captioning', revision: 'r1', precision: 'fp32', device: 'cpu' },
  ...{ batch_rows: 0, batch_max: 8, restarts: 0 },
};

test('the view, its data and its files are for operators alone, on the internal port alone', async () => {
  for (const path of ['', '/data', '/static/live.js', '/records/cap_x', '/docs/errors/queue_full']) {
    expect([path, (await fetch(`${gateway.internalUrl}/admin/live${path}`)).status]).toEqual([path, 401]);
    expect([path, (await fetch(`${gateway.url}/admin/live${path}`, { headers: { authorization } })).status]).toEqual([
      ...[path, 404],
    ]);
  }
  expect((await get('/admin/live/data')).status).toBe(200);
  const page = await get('/admin/live');
  expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*require-trusted-types-for/);
  const root = await fetch(`${gateway.internalUrl}/admin`, { headers: { authorization }, redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([302, '/admin/live']);
  expect((await fetch(page.url, { method: 'POST', headers: { authorization } })).status).toBe(405);
});

test('each thing found comes with what the runbook says to do, and the runbook has all of them', async () => {
  const runbook = readRunbook();
  const rules = await readFile(repositoryFile('k8s/chart/files/service-alerts.yaml'), 'utf8');
  for (const { alert } of liveRules) {
    expect(runbook.get(alert)?.length, alert).toBeGreaterThan(100);
    expect(rules).toContain(`- alert: ${alert}\n`);
  }
  await seen(({ findings }) => findings.map(({ alert }) => alert)).toEqual([
    ...['BlipqNothingIsMade', 'BlipqRedisKeepsNothing'],
  ]);
  const [{ summary, advice, severity } = {}] = (await data()).findings;
  expect({ summary, severity }).toEqual({ summary: 'No worker has registered a model yet.', severity: 'critical' });
  expect(advice).toBe(runbook.get('BlipqNothingIsMade'));
  expect(advice).toContain('see workers are missing.');
});

test('work, from its submission to its end, its model and its workers are seen as they change', async () => {
  await gateway.registerModel();
  await gateway.redis.zadd(`${gateway.namespace}:{models}:seen`, Date.now() - 60_000, 'demo');
  const id = await submit();
  await seen(({ queue, work }) => [queue.waiting, work.queued.shown.map((one) => one.id)]).toEqual([1, [id]]);
  await seen(alerts).toEqual(['BlipqNothingIsMade']);
  expect((await data()).models).toMatchObject([{ model: 'demo', demand: 1, workers_ready: 0, served: false }]);

  await registry.note('one', status);
  await seen(({ workers }) => workers).toMatchObject({ total: 1, ready: 1, shown: [{ host: 'pod-1' }] });
  expect(alerts(await data())).toEqual([]);
  await gateway.work(echoHandler);
  await seen(({ work }) => work.succeeded.shown.map((one) => one.id)).toEqual([id]);
  // The queue lets go of the work after its end was recorded.
  await expect
    .poll(() => data())
    .toMatchObject({
      queue: { demand: 0, open: 0, open_max: 10_000, bytes_max: 2 ** 31 },
      redis: { trouble: null, used: expect.any(Number) },
      work: { succeeded: { recent: 1 }, queued: { shown: [] } },
      wait_ms: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      webhooks: { outbox: 0, receivers: [] },
    });

  await registry.note('one', { ...status, state: 'restarting', reason: 'it was killed', restarts: 3 });
  await seen(alerts).toEqual(['BlipqEngineRestarts']);
  await registry.note('one');
  await seen(({ workers }) => workers.total).toBe(0);
});

test('a paused queue is found, and names its model', async () => {
  await submit('?prompt=first');
  const meta = `${gateway.namespace}:{captions}:jobs:captions.demo:meta`;
  await gateway.redis.hset(meta, 'paused', 1);
  await seen(alerts).toContain('BlipqQueuePaused');
  expect((await data()).findings.map(({ summary }) => summary)).toContain('The queue of demo is paused.');
  await gateway.redis.hdel(meta, 'paused');
  await seen(alerts).not.toContain('BlipqQueuePaused');
});

test('work is looked up by its id, whoever has it, and each look is a line in the log', async () => {
  const id = await submit('?prompt=second');
  expect(await (await get(`/admin/live/records/${id}`)).json()).toMatchObject({ work: { id, tenant: 'public' } });
  await expect
    .poll(() => gateway.logs)
    .toContainEqual(
      expect.objectContaining({ msg: 'admin request', level: 30, by: 'key', path: `/admin/live/records/${id}` }),
    );
  for (const [wanted, code] of [
    [newCaptionId(), 404],
    ['bat_01ARZ3NDEKTSV4RRFFQ69G5FAV', 400],
    ['*', 400],
    [`${id}%0a`, 400],
  ] as const) {
    const response = await get(`/admin/live/records/${wanted}`);
    expect([wanted, response.status]).toEqual([wanted, code]);
    expect(((await response.json()) as { said: string }).said.length).toBeGreaterThan(20);
  }
  expect((await get('/admin/live/docs/errors/worker_lost')).status).toBe(200);
  expect((await get('/admin/live/docs/errors/none_such')).status).toBe(404);
});

test('without Redis the view says so, and what to do', async () => {
  const away = await new LiveGateway('redis://127.0.0.1:1', { BLIPQ_ADMIN_KEY: key }).start();
  const response = await get('/admin/live/data', away);
  const { error, findings } = (await response.json()) as Data;
  expect([response.status, error]).toEqual([503, 'The queue does not answer. Try again later.']);
  expect(findings).toMatchObject([{ alert: 'BlipqRedisUnreachable', severity: 'critical', summary: error }]);
  expect((await get('/admin/live', away)).status).toBe(200);
  await away.stop();
});
