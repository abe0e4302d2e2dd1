import type { Socket } from 'node:net';
import { OwnRedis } from '@blipq/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { consumerRedis, open } from './redis-client.js';

test('a second error of a connection, such as TLS has that was broken off, ends no process', async () => {
  const server = await OwnRedis.create();
  onTestFinished(() => server.remove());
  await server.start();
  const errors: Error[] = [];
  const redis = consumerRedis(server.url, (error) => errors.push(error));
  await open(redis);
  const { stream } = redis as unknown as { stream: Socket };
  const both = [new Error('unable to verify the first certificate'), new Error('tlsv1 alert decode error')];
  for (const error of both) stream.emit('error', error);
  expect(errors).toEqual(both.slice(0, 1));
  redis.disconnect();
});
