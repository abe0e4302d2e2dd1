import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from './testing/live-gateway.js';
import { imageForm } from './testing/multipart.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const form = imageForm('image', photo);
let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_UPLOADS_MAX: 2 }).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

const submit = () => fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...form });

/** An upload of which the gateway has seen the head and will see no more until it is ended. */
async function halfSent(): Promise<ClientRequest> {
  const headers = { ...form.headers, expect: '100-continue' };
  const upload = request(`${gateway.url}/v1/captions`, { method: 'POST', headers });
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
  expect((await fetch(`${gateway.url}/generate`, { method: 'POST', body: '' })).status).toBe(503);
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
