import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { WorkQueue } from '../packages/queue/src/index.js';
import { newWebhookSecret, signWebhook } from '../packages/webhooks/src/index.js';
import { endedCaption, startNotifier } from './webhooks.js';

const program = fileURLToPath(new URL('../examples/webhook-receiver/receiver.js', import.meta.url));

test('the example receiver takes what the notifier sends, once, and nothing that is not signed', async () => {
  const secret = newWebhookSecret();
  const child = spawn(process.execPath, [program], { env: { BLIPQ_WEBHOOK_SECRET: secret, PORT: '0' } });
  onTestFinished(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const port = /port (\d+)/.exec((await lines.next()).value)![1]!;
  const url = `http://127.0.0.1:${port}/hook`;

  const redisUrl = inject('redisUrl');
  const namespace = `test-${randomUUID()}`;
  const queue = new WorkQueue({ redisUrl, namespace, commandTimeoutMs: 120_000 });
  await queue.start();
  onTestFinished(() => queue.stop());
  await startNotifier({
    REDIS_URL: redisUrl,
    BLIPQ_NAMESPACE: namespace,
    BLIPQ_WEBHOOK_SECRET: secret,
    BLIPQ_WEBHOOK_PORTS: port,
  });
  const id = (await endedCaption(queue, url)).split('_').slice(1, 3).join('_');
  expect((await lines.next()).value).toBe(`caption.canceled ${id}: canceled`);

  const post = (body: string, secrets: string[], webhookId: string) => {
    const headers = signWebhook({ id: webhookId, at: new Date(), body: Buffer.from(body) }, secrets);
    return fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } });
  };
  const body = JSON.stringify({ type: 'caption.failed', data: { id: 'cap_1', error: { detail: 'It failed.' } } });
  expect((await post(body, [newWebhookSecret()], 'msg_1')).status).toBe(400);
  expect((await post(body, [secret], 'msg_1')).status).toBe(204);
  expect((await post(body, [secret], 'msg_1')).status).toBe(204);
  expect((await post(body, [secret], 'msg_2')).status).toBe(204);
  expect([(await lines.next()).value, (await lines.next()).value]).toEqual(
    Array(2).fill('caption.failed cap_1: It failed.'),
  );
});
