import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const keys = ['flood', 'other'].map((name) => ({
  name,
  sha256: createHash('sha256').update(`${name}-secret`).digest('hex'),
}));
let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_API_KEYS: JSON.stringify(keys),
    BLIPQ_UPLOADS_MAX: 64,
  }).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

test('images of one key that wait for a thread leave places for those of another', async () => {
  const photo = await readFile(repositoryFile('test/images/coffee.png'));
  const submit = async (key: string) => {
    const headers = { authorization: `Bearer ${key}-secret`, 'content-type': 'image/png' };
    const answer = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', headers, body: photo });
    await answer.arrayBuffer();
    return answer.status;
  };
  const flood = Array.from({ length: 100 }, () => submit('flood'));
  // The first refusal says that all that it may have is taken.
  await Promise.any(flood.map(async (one) => ((await one) === 503 ? undefined : Promise.reject())));
  expect(await Promise.all([submit('other'), submit('other'), submit('other')])).toEqual([202, 202, 202]);
  const statuses = await Promise.all(flood);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(51);
  expect(new Set(statuses)).toEqual(new Set([202, 503]));
});
