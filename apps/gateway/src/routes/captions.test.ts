import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { captionResource } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { echoHandler, LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';

let gateway: LiveGateway;
let photo: Buffer;
const captionPath = /^\/v1\/captions\/cap_[0-9A-Z]{26}$/;

beforeAll(async () => {
  photo = await readFile(repositoryFile('test/images/rocket.jpg'));
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

function post(fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> {
  const form = imageForm('image', photo, fields);
  return fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form, headers: { ...form.headers, ...headers } });
}

test('a submitted image is acknowledged as a queued caption with all its facts', async () => {
  const answer = await post({ prompt: 'a picture of', max_new_tokens: '12', min_new_tokens: '3' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toMatch(captionPath);
  const caption = captionResource.parse(await answer.json());
  expect(caption).toMatchObject({
    state: 'queued',
    model: 'demo',
    prompt: 'a picture of',
    params: { max_new_tokens: 12, min_new_tokens: 3 },
    image: { format: 'jpeg', bytes: photo.length, sha256: createHash('sha256').update(photo).digest('hex') },
    caption: null,
    links: { self: answer.headers.get('location') },
  });
});

test('a caption can be read at its Location, before and after it is made', async () => {
  const queued = await post();
  const self = `${gateway.url}${queued.headers.get('location')}`;
  const before = await fetch(self);
  expect(before.status).toBe(200);
  expect(captionResource.parse(await before.json()).caption).toBeNull();

  await gateway.work(echoHandler);
  const after = await fetch(self, { headers: { prefer: 'wait=30' } });
  expect(after.headers.get('preference-applied')).toBe('wait=30');
  expect(captionResource.parse(await after.json())).toMatchObject({ state: 'succeeded', caption: { text: 'echoed' } });
});

test('a submission with Prefer: wait is answered 200 with the result if it is ready in time', async () => {
  const answer = await post({ prompt: 'this is' }, { prefer: 'respond-async, wait=30' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('location')).toMatch(captionPath);
  expect(await answer.json()).toMatchObject({ state: 'succeeded', caption: { text: 'this is echoed' } });
});

test('a wait that ends before the result is ready is answered 202 with the present state', async () => {
  const idle = await new LiveGateway(inject('redisUrl')).start();
  await idle.registerModel();
  const form = imageForm('image', photo);
  const answer = await fetch(`${idle.url}/v1/captions`, {
    method: 'POST',
    ...form,
    headers: { ...form.headers, prefer: 'wait=0' },
  });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBe('wait=0');
  expect(await answer.json()).toMatchObject({ state: 'queued' });
  await idle.stop();
});

test('a prompt of white space counts as none', async () => {
  const answer = await post({ prompt: ' \t ' });
  expect(await answer.json()).toMatchObject({ prompt: null });
});

test("a checkpoint's own defaults apply, and legacy lengths count the prompt", async () => {
  const legacy = await new LiveGateway(inject('redisUrl')).start();
  await legacy.registerModel({ generation_config: {}, text_config: { max_length: 30, min_length: 9 } });
  const form = imageForm('image', photo, { prompt: 'a picture of' });
  const v1 = await fetch(`${legacy.url}/v1/captions`, { method: 'POST', ...form });
  const { params } = captionResource.parse(await v1.json());
  expect(params.max_new_tokens - params.min_new_tokens).toBe(21);
  expect(params.max_new_tokens).toBeLessThan(29);
  await legacy.stop();
});

test('a model that is registered later is used without a restart', async () => {
  const fresh = await new LiveGateway(inject('redisUrl')).start();
  const form = imageForm('image', photo);
  const early = await fetch(`${fresh.url}/v1/captions`, { method: 'POST', ...form });
  expect(early.status).toBe(503);
  expect(await early.json()).toMatchObject({ code: 'model_unavailable', retryable: true });
  expect(early.headers.get('retry-after')).toMatch(/^\d+$/);
  await fresh.registerModel();
  expect((await fetch(`${fresh.url}/v1/captions`, { method: 'POST', ...form })).status).toBe(202);
  await fresh.stop();
});
