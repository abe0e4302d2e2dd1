import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OwnRedis } from '@blipq/test-servers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';

const photo = await readFile(repositoryFile('test/images/rocket.jpg'));

test('once Redis has failed for one item the others are not tried, and the one that was tried is looked up in the end', async () => {
  const server = await OwnRedis.create();
  onTestFinished(() => server.remove());
  await server.start();
  const gateway = await new LiveGateway(server.url).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  const { redis, namespace } = gateway;
  // No job can be added.
  await redis.set(`${namespace}:{captions}:jobs:captions.demo:prioritized`, 'not a sorted set');
  const commands: string[] = [];
  const monitor = await redis.monitor();
  onTestFinished(() => monitor.disconnect());
  monitor.on('monitor', (_time: string, words: string[]) => commands.push(words.slice(0, 2).join(' ')));

  const image = { base64: photo.toString('base64') };
  const items = Array.from({ length: 20 }, (_, index) => (index === 10 ? {} : { image }));
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ items });
  const answer = await fetch(`${gateway.url}/v1/batches`, { method: 'POST', headers, body });
  const batch = (await answer.json()) as { refused: number; items: { id: string | null; error: { code: string } }[] };
  const marker = randomUUID();
  await redis.get(marker);
  await vi.waitFor(() => expect(commands).toContain(`get ${marker}`));

  const codes = items.map((_, index) => (index === 10 ? 'missing_image' : 'queue_unavailable'));
  expect(answer.status).toBe(202);
  expect(batch.refused).toBe(items.length);
  expect(batch.items.map(({ id, error }) => [id, error.code])).toEqual(codes.map((code) => [null, code]));
  const idsIn = (start: string) =>
    commands.filter((command) => command.startsWith(start)).map((command) => /cap_[0-9A-Z]{26}/.exec(command)![0]);
  const tried = idsIn(`set ${namespace}:{captions}:pixels:`);
  // Four at once.
  expect(tried).toHaveLength(4);
  expect(idsIn(`hget ${namespace}:{captions}:record:`).sort()).toEqual(tried.sort());
});
