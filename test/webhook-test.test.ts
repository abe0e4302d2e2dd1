import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { ContractClient } from '../apps/gateway/src/testing/contract-client.js';
import { LiveGateway } from '../apps/gateway/src/testing/live-gateway.js';
import { Blipq } from '../packages/client/src/index.js';
import { newWebhookSecret, secretOf } from '../packages/webhooks/src/index.js';
import { Workplace } from './cli/blipq-command.js';
import { type Answer, Receiver, startNotifier } from './webhooks.js';

const deployment = newWebhookSecret();
const sha256 = createHash('sha256').update('ada-key').digest('hex');
let place: Workplace;
beforeEach(() => {
  place = new Workplace({});
});
afterEach(() => place.remove());

/** A gateway, a notifier as it is deployed, and a receiver that knows the secret of the key `ada`. */
async function start(answer: Answer, config = {}) {
  const receiver = await Receiver.start(secretOf('ada', deployment), answer);
  const gateway = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_API_KEYS: JSON.stringify([{ name: 'ada', sha256 }]),
    BLIPQ_NAMESPACE: `test-${randomUUID()}`,
    ...{ BLIPQ_WEBHOOK_ALLOW: ['127.0.0.1'], BLIPQ_WEBHOOK_HTTP: true, BLIPQ_WEBHOOK_PORTS: [receiver.port] },
    ...config,
  }).start();
  onTestFinished(() => gateway.stop());
  await startNotifier({
    ...{ REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: gateway.namespace, BLIPQ_WEBHOOK_SECRET: deployment },
    BLIPQ_WEBHOOK_PORTS: String(receiver.port),
  });
  const api = await ContractClient.of(gateway.url, { authorization: 'Bearer ada-key' });
  const testOf = (body: unknown, type = 'application/json') =>
    api.call('POST', '/v1/webhooks/test', { body: JSON.stringify(body), headers: { 'content-type': type } });
  return { receiver, gateway, testOf };
}

test('a ping is signed with the secret of its key, and its answer has the receiver’s reaction', async () => {
  const { receiver, gateway, testOf } = await start((response, n) => {
    if (n === 1) response.writeHead(202, { 'content-type': 'text/plain' }).end('thanks');
    else response.writeHead(500).end('x'.repeat(5000));
  });
  const first = await testOf({ url: receiver.url });
  expect([first.status, first.json]).toMatchObject([
    200,
    { object: 'webhook_test', url: receiver.url, delivered: true, status: 202, error: null, answer: 'thanks' },
  ]);
  const blipq = new Blipq({ server: gateway.url, apiKey: 'ada-key' });
  expect(await blipq.testWebhook(receiver.url)).toMatchObject({
    ...{ delivered: false, status: 500, error: 'The receiver answered 500.', answer: 'x'.repeat(1000) },
  });
  expect([receiver.errors, receiver.messages.map(({ id, data }) => [id, data])]).toEqual([
    [],
    [
      [first.json.id, { object: 'ping' }],
      [expect.stringMatching(/^msg_ping_/), { object: 'ping' }],
    ],
  ]);
});

test('the command tells what the receiver did, and its exit code whether it received the ping', async () => {
  const { receiver, gateway } = await start((response, n) => void response.writeHead(n === 1 ? 204 : 404).end('no'));
  const env = { BLIPQ_URL: gateway.url, BLIPQ_API_KEY: 'ada-key' };
  const good = await place.run(['webhook', 'test', receiver.url], { env });
  expect(good).toEqual({
    code: 0,
    out: expect.stringMatching(/^The receiver answered 204, so it received msg_ping_\w{26}\. \(\d+ ms\)\n$/),
    err: '',
  });
  const bad = await place.run(['webhooks', 'test', receiver.url], { env });
  expect([bad.code, bad.out]).toEqual([1, expect.stringMatching(/^The receiver answered 404\. \(\d+ ms\)\nno\n$/)]);
  const json = await place.run(['webhooks', 'test', receiver.url, '--json'], { env });
  expect(JSON.parse(json.out)).toMatchObject({ delivered: false, status: 404, answer: 'no' });
  const blocked = await place.run(['webhooks', 'test', 'https://10.0.0.1/'], { env });
  expect(blocked).toMatchObject({ code: 2, err: expect.stringMatching(/^blipq: url: .*not public/) });
  const refused = await place.run(['webhooks', 'test', receiver.url], { env: { ...env, BLIPQ_API_KEY: 'x' } });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('refuses the key') });
});

test('what cannot be sent is refused before a notifier is asked, and a caller may test so often only', async () => {
  const { gateway, receiver, testOf } = await start((response) => void response.end());
  const refusals = [
    [{ url: 'http://10.0.0.1/' }, 'url_blocked', 'url'],
    [{ url: `http://127.0.0.1:${receiver.port + 1}/` }, 'url_blocked', 'url'],
    [{}, 'invalid_params', 'url'],
    [{ url: receiver.url, events: [] }, 'invalid_params', 'events'],
  ] as const;
  for (const [body, code, field] of refusals) {
    const { json } = await testOf(body);
    expect([json.code, json.errors[0].field]).toEqual([code, field]);
  }
  expect((await testOf({ url: receiver.url }, 'text/plain')).json.code).toBe('unsupported_media_type');
  expect(receiver.messages).toEqual([]);
  for (let i = 0; i < 20; i += 1) expect((await testOf({ url: receiver.url })).status).toBe(200);
  const over = await testOf({ url: receiver.url });
  expect([over.status, over.json.code]).toEqual([429, 'rate_limited']);
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(receiver.messages).toHaveLength(20);
  expect(JSON.stringify(gateway.logs)).not.toContain('/hook');
});
