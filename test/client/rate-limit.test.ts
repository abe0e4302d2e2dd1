import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { echoHandler, LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { Blipq } from '../../packages/client/src/index.js';

const photo = await readFile(new URL('../images/rocket.jpg', import.meta.url));
const apiKey = 'blipq_a-key-of-tests';
const sha256 = createHash('sha256').update(apiKey).digest('hex');

test('many captions of a key with a rate limit all succeed, each after the pause that the server asked for', async () => {
  const limited = { name: 'team', sha256, rate_limit: { requests: 4, per_s: 1 } };
  const gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_API_KEYS: JSON.stringify([limited]),
  }).start();
  onTestFinished(() => gateway.stop());
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const [refusals, warnings]: [number[], string[]] = [[], []];
  const warned = ({ message }: Error) => void warnings.push(message);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const watched: typeof fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (answer.status === 429) refusals.push(Number(answer.headers.get('retry-after')));
    return answer;
  };
  const blipq = new Blipq({ server: gateway.url, apiKey, fetch: watched, retryForMs: 0 });
  const states: (string | undefined)[] = [];
  for await (const { resource } of blipq.captionMany(Array(12).fill(photo))) states.push(resource?.state);
  expect(states).toEqual(Array(12).fill('succeeded'));
  expect(refusals.length).toBeGreaterThan(0);
  // Node takes many listeners of one signal for a leak.
  expect(warnings).toEqual([]);

  const stranger = new Blipq({ server: gateway.url, apiKey: 'other' });
  await expect(stranger.caption(photo)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
});
