import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { newCaptionId, problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';

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

test('uploads beyond the limit are refused at once, and accepted again when one has ended, however it ended', async () => {
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

test('bodies that would exceed the memory limit are refused as soon as their headers are read', async () => {
  const batch = await halfSent('/v1/batches', 63 * 1024 * 1024);
  expect((await submit()).status).toBe(202);
  const headers = { 'content-type': 'application/json' };
  const large = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', headers, body: 'x'.repeat(1024 * 1024) });
  expect(problemDetails.parse(await large.json()).code).toBe('queue_full');
  batch.destroy();
  await vi.waitFor(async () => {
    const again = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', headers, body: 'x'.repeat(1024 * 1024) });
    expect(problemDetails.parse(await again.json()).code).toBe('malformed_json');
  });
});

test('requests wait while there are places for waits; further ones are answered at once', async () => {
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
