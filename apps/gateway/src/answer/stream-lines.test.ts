import { expect, inject, onTestFinished, test } from 'vitest';
import { LiveGateway } from '../testing/live-gateway.js';

const lines = { 'content-type': 'application/x-ndjson' };

test('results that cannot go on break off, so that no reader takes what came for the whole', async () => {
  const gateway = await new LiveGateway(inject('redisUrl')).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  const body = `{}\n${JSON.stringify({ image: { url: 'https://one.invalid/a.jpg' } })}`;
  const submitted = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers: lines, body });
  const batch = (await submitted.json()) as { id: string; links: { results: string } };
  const reader = (await fetch(gateway.url + batch.links.results)).body!.getReader();
  const { value } = await reader.read();
  expect(JSON.parse(new TextDecoder().decode(value))).toMatchObject({ index: 0, status: 'refused' });

  const root = `${gateway.namespace}:{captions}`;
  await gateway.redis.set(`${root}:batch-results:${batch.id}`, 'no list');
  await gateway.redis.publish(`${root}:states`, `${batch.id} progressed 0`);
  await expect(reader.read()).rejects.toThrow();
});
