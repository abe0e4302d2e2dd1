import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { newCaptionId, problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';
import { hashOf } from './api-keys.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const form = imageForm('image', photo);
let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_UPLOADS_MAX: 2, BLIPQ_UPLOADS_MB_MAX: 128 }).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

const submit = () => fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form });

/** An upload of which the gateway has seen the head and will see no more until it is ended. */
async function halfSent(path = '/v1/captions', bytes?: number): Promise<ClientRequest> {
  const length = bytes === undefined ? {} : { 'content-length': bytes };
  const headers = { ...form.headers, ...length, expect: '100-continue' };
  const upload = request(`${gateway.url}${path}`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.flushHeaders();
  await once(upload, 'continue');
  return upload;
}

test('more uploads than fit are refused at once, and taken again when one has ended, however it ended', async () => {
  const [finishes, breaksOff] = [await halfSent(), await halfSent()];
  const refused = await submit();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(problemDetails.parse(await refused.json()).code).toBe('queue_full');
  expect((await fetch(`${gateway.url}/generate`, { method: 'POST', body: 'x' })).status).toBe(503);
  // What brings no body is let through: under overload, too, work can be canceled.
  expect((await fetch(`${gateway.url}/v1/captions/${newCaptionId()}/cancel`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${gateway.url}/v1/captions`)).status).toBe(200);

  const answered = once(finishes, 'response');
  finishes.end(form.body);
  const [answer] = await answered;
  expect(answer.statusCode).toBe(202);
  answer.resume();
  expect((await submit()).status).toBe(202);

  const again = await halfSent();
  expect((await submit()).status).toBe(503);
  again.destroy();
  breaksOff.destroy();
  await vi.waitFor(async () => expect((await submit()).status).toBe(202));
});

test('a wait for a caption holds no place among the uploads', async () => {
  const waits = Array.from({ length: 4 }, async () => {
    for (;;) {
      const headers = { ...form.headers, prefer: 'wait=1' };
      const answer = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form, headers });
      if (answer.status !== 503) return answer.headers.get('preference-applied');
    }
  });
  expect(await Promise.all(waits)).toEqual(Array(4).fill('wait=1'));
});

test('an upload that announces much and brings nothing is in nobody’s way', async () => {
  const idle = await halfSent('/v1/batches', 63 * 1024 * 1024);
  expect((await submit()).status).toBe(202);
  idle.destroy();
});

test.each([
  ['/v1/captions', 'image/tiff'],
  ['/v1/captions', form.headers['content-type']!],
  ['/v1/captions', 'application/json'],
  ['/generate', form.headers['content-type']!],
])('a body announced as longer than any that %s takes is refused as too large (%s)', async (path, type) => {
  const headers = { 'content-type': type, 'content-length': 200 * 1024 * 1024 };
  const upload = request(`${gateway.url}${path}`, { method: 'POST', headers });
  upload.on('error', () => undefined).flushHeaders();
  const [refused] = await once(upload, 'response');
  upload.destroy();
  expect(refused.statusCode).toBe(413);
});

test('large bodies leave a quarter of the memory to small ones, and their bytes are room again when they are gone', async () => {
  const megabytes = (count: number) => Buffer.alloc(count * 1024 * 1024, 'x');
  const large = await halfSent('/v1/batches', 63 * 1024 * 1024);
  await new Promise((sent) => large.write(megabytes(62), sent));
  const post = (body: Uint8Array) =>
    fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await vi.waitFor(async () => {
    const refused = await post(megabytes(31));
    expect(problemDetails.parse(await refused.json()).code).toBe('queue_full');
  });
  expect((await submit()).status).toBe(202);
  large.destroy();
  await vi.waitFor(async () => {
    const read = await post(megabytes(31));
    expect(problemDetails.parse(await read.json()).code).toBe('malformed_json');
  });
});

test('a sender that brings less than 1 kB/s for ten seconds is let go, and one that brings more is not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const [slow, steady] = [await halfSent(), await halfSent()];
  const answered = once(slow, 'response');
  await new Promise((sent) => slow.write(form.body.subarray(0, 9_000), sent));
  await new Promise((sent) => steady.write(form.body.subarray(0, 20_000), sent));
  // Both have arrived when an answer has come back over another connection after them.
  await fetch(`${gateway.url}/livez`);
  vi.advanceTimersByTime(10_000);
  const [refused] = await answered;
  expect([refused.statusCode, refused.headers.connection]).toEqual([408, 'close']);
  expect(problemDetails.parse(await json(refused)).code).toBe('upload_too_slow');
  const taken = once(steady, 'response');
  steady.end(form.body.subarray(20_000));
  const [answer] = await taken;
  expect(answer.resume().statusCode).toBe(202);
});

test('idle uploads of one key, as many as it may have, leave places to another key', async () => {
  const keys = ['idle', 'other'].map((name) => ({ name, sha256: hashOf(`${name}-secret`).toString('hex') }));
  const shared = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_UPLOADS_MAX: 10,
    BLIPQ_API_KEYS: JSON.stringify(keys),
  }).start();
  onTestFinished(() => shared.stop());
  await shared.registerModel();
  const as = (name: string) => ({ ...form.headers, authorization: `Bearer ${name}-secret` });
  const idle = Array.from({ length: 12 }, () => {
    const upload = request(`${shared.url}/v1/captions`, { method: 'POST', headers: as('idle') });
    upload.on('error', () => undefined).flushHeaders();
    return upload;
  });
  // Those that find no place are told so at once.
  const refused = await Promise.race(idle.map((upload) => once(upload, 'response')));
  expect(refused[0].statusCode).toBe(503);
  const other = await fetch(`${shared.url}/v1/captions`, { method: 'POST', body: form.body, headers: as('other') });
  expect(other.status).toBe(202);
  for (const upload of idle) upload.destroy();
});

test('requests wait as long as there are places for that; further ones are answered at once', async () => {
  const few = await new LiveGateway(inject('redisUrl'), { BLIPQ_WAITS_MAX: 1 }).start();
  await few.registerModel();
  const { id } = (await (await fetch(`${few.url}/v1/captions`, { method: 'POST', ...form })).json()) as { id: string };
  const caption = `${few.url}/v1/captions/${id}`;
  const watching = new AbortController();
  const events = await fetch(`${caption}/events`, { signal: watching.signal });
  expect(events.status).toBe(200);
  const unwaited = await fetch(caption, { headers: { prefer: 'wait=60' } });
  expect([unwaited.status, unwaited.headers.get('preference-applied')]).toEqual([200, null]);
  const refused = await fetch(`${caption}/events`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await fetch(`${few.url}/generate`, { method: 'POST', ...form })).status).toBe(503);
  watching.abort();
  await vi.waitFor(async () => {
    const waited = await fetch(caption, { headers: { prefer: 'wait=1' } });
    expect(waited.headers.get('preference-applied')).toBe('wait=1');
  });
  await few.stop();
});
