import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HeldHandler } from '../../apps/gateway/src/testing/held-handler.js';
import { LiveGateway, repositoryFile } from '../../apps/gateway/src/testing/live-gateway.js';
import { Blipq } from '../../packages/client/src/index.js';

const held = new HeldHandler();
let gateway: LiveGateway;
let blipq: Blipq;
let photo: Blob;

beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl')).start();
  await gateway.registerModel();
  await gateway.work(held.handle);
  blipq = new Blipq({ server: gateway.url });
  photo = await openAsBlob(repositoryFile('models/demo/examples/dog-on-the-grass.jpg'));
});
afterAll(() => gateway.stop());

test('onUpdate is called with the resource as it was accepted, and with each version once', async () => {
  const seen: { state: string; version: number }[] = [];
  const begun = held.nextBegun();
  const made = blipq.caption(photo, {
    prompt: 'hold',
    onUpdate: ({ state, version }) => seen.push({ state, version }),
  });
  await begun;
  held.letGo();
  await made;
  expect(seen[0]!.state).toBe('queued');
  const versions = seen.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)]);
});

test('work that ended without a result is retried as a new resource, one for each key', async () => {
  const { id } = await blipq.captions.create(photo, { prompt: 'hold' });
  await blipq.captions.cancel(id);
  await blipq.captions.wait(id);
  const again = await blipq.captions.retry(id, { idempotencyKey: 'again' });
  expect([again.retry_of, again.prompt]).toEqual([id, 'hold']);
  expect((await blipq.captions.retry(id, { idempotencyKey: 'again' })).id).toBe(again.id);
  expect((await blipq.captions.retry(id)).id).not.toBe(again.id);
  for await (const one of blipq.captions.list({ state: 'queued' })) await blipq.captions.cancel(one.id);
  for await (const one of blipq.captions.list({ state: 'processing' })) await blipq.captions.cancel(one.id);
});
