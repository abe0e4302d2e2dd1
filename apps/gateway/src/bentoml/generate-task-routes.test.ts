import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BlipqError } from '@blipq/contracts';
import type { CaptionHandler } from '@blipq/queue';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { latch } from '../testing/latch.js';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { captionIdOf } from './task-id.js';
import { type Answer, ask, type Call, callWithFile, send } from './testing/recorded-client.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const unknown = '0'.repeat(32);

/** A gateway with a model; with a worker when there is a handler. */
async function liveGateway(handler?: CaptionHandler, config?: Config): Promise<LiveGateway> {
  const gateway = await new LiveGateway(inject('redisUrl'), config).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  if (handler) await gateway.work(handler);
  return gateway;
}
type Config = ConstructorParameters<typeof LiveGateway>[1];

async function submit({ port }: LiveGateway, call: Call = {}): Promise<string> {
  const answer = await send(port, callWithFile(photo, { path: '/generate/submit', ...call }));
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ task_id: expect.stringMatching(/^[0-9a-f]{32}$/), status: 'in_progress' });
  return answer.json().task_id;
}

function about({ port }: LiveGateway, action: string, taskId: string, version?: string): Promise<Answer> {
  const method = action === 'retry' ? 'POST' : action === 'cancel' ? 'PUT' : 'GET';
  return send(port, ask(method, `/generate/${action}?task_id=${taskId}`, { ...(version && { version }) }));
}

async function statusOf(gateway: LiveGateway, taskId: string, version?: string): Promise<string> {
  return (await about(gateway, 'status', taskId, version)).json().status;
}

async function ended(gateway: LiveGateway, taskId: string): Promise<string> {
  return await vi.waitFor(async () => {
    const status = await statusOf(gateway, taskId);
    expect(status).not.toMatch(/pending|in_progress/);
    return status;
  });
}

test('a task goes from pending through in_progress to completed, and then its caption can be read', async () => {
  const begun = latch();
  const finish = latch();
  const gateway = await liveGateway();
  const taskId = await submit(gateway, { txt: 'été' });
  const waiting = await about(gateway, 'status', taskId);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  expect(waiting.json()).toEqual({ task_id: taskId, status: 'pending', created_at: time, executed_at: null });
  expect(await statusOf(gateway, taskId, '1.4.13')).toBe('in_progress');
  const early = await about(gateway, 'get', taskId);
  expect([early.status, early.json()]).toEqual([400, { error: `task ${taskId} is not completed yet` }]);
  const tooEarly = await about(gateway, 'retry', taskId);
  expect([tooEarly.status, tooEarly.json()]).toEqual([400, { error: `task ${taskId} is not completed yet` }]);

  await gateway.work(async (work, signal) => {
    begun.resolve();
    await finish.promise;
    return await echoHandler(work, signal);
  });
  await begun.promise;
  expect((await about(gateway, 'status', taskId)).json()).toMatchObject({ status: 'in_progress', executed_at: time });
  finish.resolve();

  expect(await ended(gateway, taskId)).toBe('completed');
  expect(await statusOf(gateway, taskId, '1.4.13')).toBe('success');
  const got = await about(gateway, 'get', taskId);
  expect(got).toMatchObject({ status: 200, text: 'été echoed' });
  expect(got.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    server: 'BentoML Service/BlipImageCaptioning',
    'x-bentoml-request-id': expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

test('a task is a caption of /v1 too', async () => {
  const gateway = await liveGateway(echoHandler);
  const taskId = await submit(gateway);
  await ended(gateway, taskId);
  const caption = await fetch(`${gateway.url}/v1/captions/${captionIdOf(taskId)}`);
  expect(await caption.json()).toMatchObject({ state: 'succeeded', caption: { text: 'echoed' } });
});

test('a task survives the gateway that took it', async () => {
  const first = await new LiveGateway(inject('redisUrl')).start();
  await first.registerModel();
  const taskId = await submit(first, { txt: 'kept' });
  await first.stop();
  const second = await liveGateway(echoHandler, { BLIPQ_NAMESPACE: first.namespace });
  expect(await ended(second, taskId)).toBe('completed');
  expect((await about(second, 'get', taskId)).text).toBe('kept echoed');
});

test('a failed task gives its error, and its retry is a new task', async () => {
  let broken = true;
  const gateway = await liveGateway(async (work, signal) => {
    if (broken) throw new BlipqError('inference_error', 'The model failed on this image.');
    return await echoHandler(work, signal);
  });
  const taskId = await submit(gateway, { txt: 'again' });
  expect(await ended(gateway, taskId)).toBe('failed');
  expect(await statusOf(gateway, taskId, '1.4.13')).toBe('failure');
  const got = await about(gateway, 'get', taskId);
  expect([got.status, got.json()]).toEqual([500, { error: 'The model failed on this image.' }]);

  broken = false;
  const retry = await about(gateway, 'retry', taskId);
  expect([retry.status, retry.json().status]).toEqual([200, 'in_progress']);
  const retryId = retry.json().task_id;
  expect(retryId).not.toBe(taskId);
  expect(await ended(gateway, retryId)).toBe('completed');
  expect((await about(gateway, 'get', retryId)).text).toBe('again echoed');
  expect(await statusOf(gateway, taskId)).toBe('failed');
});

test('the retry of a completed task is a new task with the same caption', async () => {
  const gateway = await liveGateway(echoHandler);
  const taskId = await submit(gateway, { txt: 'once' });
  await ended(gateway, taskId);
  const retry = await about(gateway, 'retry', taskId);
  expect([retry.status, retry.json().status]).toEqual([200, 'in_progress']);
  const retryId = retry.json().task_id;
  expect(retryId).not.toBe(taskId);
  expect(await ended(gateway, retryId)).toBe('completed');
  expect((await about(gateway, 'get', retryId)).text).toBe('once echoed');
});

test('a waiting task that is canceled never runs', async () => {
  const gateway = await liveGateway();
  const canceled = await submit(gateway, { txt: 'canceled' });
  const answer = await about(gateway, 'cancel', canceled);
  expect([answer.status, answer.json().status]).toEqual([200, 'canceled']);
  expect(await statusOf(gateway, canceled, '1.4.13')).toBe('cancelled');
  const got = await about(gateway, 'get', canceled);
  expect([got.status, got.json()]).toEqual([400, { error: `task ${canceled} is canceled` }]);

  const ran: (string | null)[] = [];
  const after = await submit(gateway, { txt: 'after' });
  await gateway.work(async (work, signal) => {
    ran.push(work.prompt);
    return await echoHandler(work, signal);
  });
  expect(await ended(gateway, after)).toBe('completed');
  expect(ran).toEqual(['after']);
});

test('cancelling a task twice, or one that has ended, changes nothing and is no error', async () => {
  const gateway = await liveGateway(echoHandler);
  const taskId = await submit(gateway);
  await ended(gateway, taskId);
  for (let i = 0; i < 2; i++) {
    const answer = await about(gateway, 'cancel', taskId);
    expect([answer.status, answer.json().status]).toEqual([200, 'completed']);
  }
  expect((await about(gateway, 'get', taskId)).text).toBe('echoed');
});

test.each([1, 2, 3])(
  'cancelling races completion (%d): a task ends once, in one of the two, and stays there',
  async () => {
    let running = 0;
    const allBegun = latch();
    const go = latch();
    const gateway = await liveGateway(async (work, signal) => {
      running += 1;
      if (running === 8) allBegun.resolve();
      await go.promise;
      return await echoHandler(work, signal);
    });
    const taskIds = await Promise.all(Array.from({ length: 8 }, () => submit(gateway)));
    await allBegun.promise;
    const canceling = taskIds.map((taskId) => about(gateway, 'cancel', taskId));
    go.resolve();
    for (const answer of await Promise.all(canceling)) expect(answer.status).toBe(200);
    for (const taskId of taskIds) {
      const status = await ended(gateway, taskId);
      expect(['completed', 'canceled']).toContain(status);
      expect((await about(gateway, 'get', taskId)).status).toBe(status === 'completed' ? 200 : 400);
      expect(await statusOf(gateway, taskId)).toBe(status);
    }
  },
);

test.each([
  ['GET', 'status'],
  ['GET', 'get'],
  ['POST', 'retry'],
  ['PUT', 'cancel'],
] as const)('%s /generate/%s needs the id of a task that there is', async (method, action) => {
  const gateway = await liveGateway();
  const none = await send(gateway.port, ask(method, `/generate/${action}`));
  expect([none.status, none.json()]).toEqual([400, { error: 'task_id is required' }]);
  for (const taskId of [unknown, '', 'x', unknown.slice(1), '%00', '%F0%9F%A6%84', `${unknown}&task_id=x`]) {
    const answer = await about(gateway, action, taskId);
    expect([answer.status, answer.json()]).toEqual([404, { error: 'task_id not found' }]);
  }
});

test("where keys are configured, the client's token opens its own tasks and no one else's", async () => {
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  const keys = ['alice', 'bob'].map((name) => ({ name, sha256: sha256(`key-of-${name}`) }));
  const gateway = await liveGateway(echoHandler, { BLIPQ_API_KEYS: JSON.stringify(keys) });
  const { port } = gateway;
  for (const token of [undefined, 'key-of-mallory']) {
    const answer = await send(port, callWithFile(photo, { ...(token && { token }) }));
    expect([answer.status, answer.json()]).toEqual([401, { error: expect.stringMatching(/./) }]);
    expect(answer.headers).toMatchObject({
      'www-authenticate': expect.stringMatching(/^Bearer/),
      server: 'BentoML Service/BlipImageCaptioning',
    });
  }
  expect((await send(port, callWithFile(photo, { token: 'key-of-alice' }))).text).toBe('echoed');
  const submitted = await send(port, callWithFile(photo, { path: '/generate/submit', token: 'key-of-alice' }));
  const path = (action: string) => `/generate/${action}?task_id=${submitted.json().task_id}`;
  expect((await send(port, ask('GET', path('status'), { token: 'key-of-alice' }))).status).toBe(200);
  for (const request of [
    ask('GET', path('status'), { token: 'key-of-bob' }),
    ask('PUT', path('cancel'), { token: 'key-of-bob' }),
  ]) {
    const answer = await send(port, request);
    expect([answer.status, answer.json()]).toEqual([404, { error: 'task_id not found' }]);
  }
  for (const open of ['/schema.json', '/readyz', '/docs.json', '/metrics'])
    expect((await send(port, ask('GET', open))).status).toBe(200);
});
