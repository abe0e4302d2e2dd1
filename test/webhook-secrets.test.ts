import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { ContractClient } from '../apps/gateway/src/testing/contract-client.js';
import { echoHandler, LiveGateway } from '../apps/gateway/src/testing/live-gateway.js';
import { imageForm } from '../apps/gateway/src/testing/multipart.js';
import { newWebhookSecret } from '../packages/webhooks/src/index.js';
import { Receiver, startNotifier } from './webhooks.js';

const photo = await readFile(new URL('images/rocket.jpg', import.meta.url));
const [newest, older, named] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()] as const;
const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const keys = [
  { name: 'ada', sha256: sha256('ada-key') },
  { name: 'bob', sha256: sha256('bob-key') },
  { name: 'eve', sha256: sha256('eve-key'), webhook_secret: 'by-name' },
  { name: 'old', sha256: sha256('old-key'), webhook_secret: 'default' },
];
const secrets = {
  BLIPQ_WEBHOOK_SECRET: `${newest} ${older}`,
  BLIPQ_WEBHOOK_SECRETS: JSON.stringify({ 'by-name': named }),
};

async function start(secretSettings: object, receivers: readonly Receiver[] = []): Promise<LiveGateway> {
  const gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_API_KEYS: JSON.stringify(keys),
    BLIPQ_NAMESPACE: `test-${randomUUID()}`,
    ...{ BLIPQ_WEBHOOK_ALLOW: ['127.0.0.1'], BLIPQ_WEBHOOK_HTTP: true },
    BLIPQ_WEBHOOK_PORTS: receivers.map(({ port }) => port),
    ...secretSettings,
  }).start();
  onTestFinished(() => gateway.stop());
  return gateway;
}

const as = (gateway: LiveGateway, key: string) =>
  ContractClient.of(gateway.url, key === '' ? {} : { authorization: `Bearer ${key}` });

async function secretsOf(gateway: LiveGateway, key: string): Promise<string[]> {
  const { status, json, headers } = await (await as(gateway, key)).call('GET', '/v1/webhooks/secret');
  expect([status, json.object, headers.get('cache-control')]).toEqual([200, 'webhook_secret', 'no-store']);
  return json.secrets;
}

test('each key reads its own secrets, which tell nothing about those of others', async () => {
  const gateway = await start(secrets);
  const [ada, bob] = [await secretsOf(gateway, 'ada-key'), await secretsOf(gateway, 'bob-key')];
  expect(new Set([...ada, ...bob, newest, older, named]).size).toBe(7);
  expect(await secretsOf(gateway, 'eve-key')).toEqual([named]);
  expect(await secretsOf(gateway, 'old-key')).toEqual([newest, older]);
});

test('webhooks are signed with each secret that their key reads, and with no other', async () => {
  const expected: Record<string, string> = { ofTheDeployment: newest };
  const receiver = (name: string) =>
    Receiver.start(
      () => expected[name]!,
      (response) => void response.end(),
    );
  const [first, second] = [await receiver('first'), await receiver('second')];
  const [ofBob, ofTheDeployment] = [await receiver('ofBob'), await receiver('ofTheDeployment')];
  const receivers = [first, second, ofBob, ofTheDeployment];
  const gateway = await start(secrets, receivers);
  [expected.first, expected.second] = (await secretsOf(gateway, 'ada-key')) as [string, string];
  [expected.ofBob] = (await secretsOf(gateway, 'bob-key')) as [string];
  await startNotifier({
    ...{ REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: gateway.namespace, ...secrets },
    BLIPQ_WEBHOOK_PORTS: receivers.map(({ port }) => port).join(' '),
  });
  await gateway.registerModel();
  await gateway.work(echoHandler);
  const ada = await as(gateway, 'ada-key');
  for (const { url } of receivers) {
    const { body, headers } = imageForm('image', photo, { webhook: url });
    expect((await ada.call('POST', '/v1/captions', { body, headers })).status).toBe(202);
  }
  await vi.waitFor(() => expect(receivers.map(({ errors }) => errors.length)).toEqual([0, 0, 1, 1]));
  await vi.waitFor(() => expect(receivers.map(({ messages }) => messages.length)).toEqual([1, 1, 0, 0]));
});

test('who has no key is not shown the secret of all, and a gateway without secrets says what it lacks', async () => {
  const open = await new LiveGateway(inject('redisUrl'), { BLIPQ_WEBHOOK_SECRET: newest }).start();
  onTestFinished(() => open.stop());
  const refused = await (await as(open, '')).call('GET', '/v1/webhooks/secret');
  expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
  expect(refused.text).not.toContain(newest);
  const ignorant = await (await as(await start({}), 'ada-key')).call('GET', '/v1/webhooks/secret');
  expect([ignorant.status, ignorant.json.detail]).toEqual([404, expect.stringContaining('BLIPQ_WEBHOOK_SECRET')]);
});
