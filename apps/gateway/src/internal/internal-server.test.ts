import { readFile } from 'node:fs/promises';
import { BlipqError, newCaptionId } from '@blipq/contracts';
import { WorkQueue } from '@blipq/queue';
import { afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const redisUrl = inject('redisUrl');
let gateway: LiveGateway;
let photo: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  photo = new Uint8Array(await readFile(repositoryFile('test/images/rocket.jpg')));
});
beforeEach(async () => {
  gateway = await new LiveGateway(redisUrl, { BLIPQ_REUSE_S: 60 }).start();
  await gateway.registerModel();
});
afterEach(() => gateway.stop());

const submit = (body: Uint8Array<ArrayBuffer> = photo, query = '') =>
  fetch(`${gateway.url}/v1/captions${query}`, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body });

async function scale(): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway.internalUrl}/internal/scale`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** All samples of a scrape, by name and labels. */
async function scrape(): Promise<Record<string, number>> {
  const text = await (await fetch(`${gateway.internalUrl}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('/internal/scale counts the work that wants a worker, on the internal port only', async () => {
  expect(await scale()).toEqual({
    status: 200,
    body: { demand: 0, waiting: 0, active: 0, delayed: 0, due: 0, unfetched: 0, jobless: 0, paused: false, models: 1 },
  });
  expect((await submit()).status).toBe(202);
  expect((await submit()).status).toBe(202);
  expect((await scale()).body).toMatchObject({ demand: 2, waiting: 2 });
  const of = async (model: string) =>
    await (await fetch(`${gateway.internalUrl}/internal/scale?model=${encodeURIComponent(model)}`)).json();
  expect(await of('demo')).toEqual({ demand: 2, registered: true });
  expect((await fetch(`${gateway.internalUrl}/internal/scale?model=`)).status).toBe(400);
  expect((await fetch(`${gateway.internalUrl}//`)).status).toBe(404);
  expect((await fetch(`${gateway.url}/internal/scale`)).status).toBe(404);
  expect((await fetch(`${gateway.internalUrl}/v1/captions`)).status).toBe(404);
});

test('a model that is not registered wants one worker, which registers it', async () => {
  const fresh = await new LiveGateway(redisUrl).start();
  const demand = async (query = '') =>
    ((await (await fetch(`${fresh.internalUrl}/internal/scale${query}`)).json()) as { demand: number }).demand;
  const gauge = async () =>
    /^blipq_demand (\d+)$/m.exec(await (await fetch(`${fresh.internalUrl}/metrics`)).text())?.[1];
  expect([await demand(), await demand('?model=demo'), await gauge()]).toEqual([1, 1, '1']);
  await fresh.registerModel();
  expect([await demand(), await demand('?model=demo'), await gauge()]).toEqual([0, 0, '0']);
  expect(await demand('?model=owner%2Fother')).toBe(1);
  await fresh.registerModel({ model: 'owner/other' });
  expect(await demand('?model=owner%2Fother')).toBe(0);
  await fresh.stop();
});

test('an expired deadline ends a caption although there is no worker', async () => {
  const { id } = (await (await submit(photo, '?timeout_s=1')).json()) as { id: string };
  const queue = new WorkQueue({ redisUrl, namespace: gateway.namespace, commandTimeoutMs: 120_000 });
  await queue.start();
  expect(await queue.wait(id, { timeoutMs: 120_000 })).toMatchObject({ work: { state: 'expired' } });
  await queue.stop();
  expect((await scale()).body).toMatchObject({ demand: 0 });
  // Told after the sweep, which goes on after the caption has ended.
  await vi.waitFor(async () => expect((await scrape())['blipq_reconciler_repairs_total{repair="ended"}']).toBe(1));
});

test('submissions are counted by outcome, and images timed', async () => {
  await gateway.work(echoHandler);
  const { id } = (await (await submit()).json()) as { id: string };
  await fetch(`${gateway.url}/v1/captions/${id}`, { headers: { prefer: 'wait=30' } });
  expect((await submit()).status).toBe(200);
  expect((await submit(new Uint8Array(await readFile(repositoryFile('package.json'))))).status).toBe(415);
  const again = { method: 'PUT', headers: { 'content-type': 'image/jpeg' }, body: photo };
  const chosen = newCaptionId();
  for (const _ of [1, 2]) await fetch(`${gateway.url}/v1/captions/${chosen}?prompt=a`, again);
  const samples = await scrape();
  const outcome = (name: string) => samples[`blipq_submissions_total{outcome="${name}"}`];
  expect(['queued', 'cached', 'replayed', 'unsupported_media_type'].map(outcome)).toEqual([2, 1, 1, 1]);
  expect(samples.blipq_preprocess_seconds_count).toBe(3);
});

test("the metrics of the queue agree with /internal/scale and stand beside its bounds and BentoML's metrics", async () => {
  await submit();
  const samples = await scrape();
  expect(samples).toMatchObject({
    blipq_demand: 1,
    'blipq_queue_captions{state="waiting"}': 1,
    'blipq_queue_captions{state="active"}': 0,
    blipq_queue_open_captions: 1,
    blipq_queue_open_captions_max: 10_000,
    blipq_queue_image_bytes: 128 * 128 * 3,
    blipq_queue_image_bytes_max: 2 ** 31,
    blipq_queue_paused: 0,
    blipq_redis_up: 1,
    blipq_webhook_outbox_entries: 0,
    blipq_redis_errors_total: 0,
  });
  expect(samples.blipq_queue_oldest_age_seconds).toBeGreaterThanOrEqual(0);
  expect(Object.keys(samples).some((name) => name.startsWith('bentoml_service_request_total'))).toBe(true);
  const open = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(open).toContain('bentoml_service_');
  expect(open).not.toContain('blipq_');
});

test('without Redis demand is 503, not 0, and no queue metric has a value', async () => {
  const away = await new LiveGateway('redis://127.0.0.1:1').start();
  const answer = await fetch(`${away.internalUrl}/internal/scale`);
  expect(answer.status).toBe(503);
  const unavailable = new BlipqError('queue_unavailable', 'The queue does not answer. Try again later.');
  expect(await answer.json()).toEqual({ error: unavailable.message });
  const text = await (await fetch(`${away.internalUrl}/metrics`)).text();
  expect(text).toContain('\nblipq_redis_up 0\n');
  expect(text).toContain('# TYPE blipq_demand gauge\n');
  expect(text).not.toMatch(/^blipq_(demand|queue_captions|queue_open_captions|queue_oldest_age_seconds)[ {]/m);
  expect(Number(/^blipq_redis_errors_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  await away.stop();
});
