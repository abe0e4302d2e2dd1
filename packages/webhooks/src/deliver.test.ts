import { text } from 'node:stream/consumers';
import { BlipqError } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { deliverWebhook } from './deliver.js';
import type { GuardedAgent } from './guarded-agent.js';
import { newWebhookSecret } from './secret.js';
import { httpServer, rawServer, type TestServer, testAgent } from './testing/servers.js';
import { verifyWebhook } from './verify.js';

const secret = newWebhookSecret();
const body = Buffer.from('{"type":"caption.succeeded"}');

function deliver(agent: GuardedAgent, { port }: Pick<TestServer, 'port'>, timeoutMs = 15_000, host = '127.0.0.1') {
  const delivery = { id: 'msg_1', url: `http://${host}:${port}/hook`, body, secrets: [secret] };
  return deliverWebhook(agent, delivery, { timeoutMs });
}

test('a receiver gets the signed bytes and its 2xx is a delivery', async () => {
  let received: unknown;
  const server = await httpServer(async (request, response) => {
    received = verifyWebhook(await text(request), request.headers, secret);
    expect(request.headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
    response.writeHead(204).end();
  });
  const outcome = await deliver(testAgent({}, server), server);
  expect(received).toEqual({ type: 'caption.succeeded' });
  expect(outcome).toMatchObject({ status: 'delivered', host: 'alive', attempt: { status: 204, error: null } });
});

test.each([
  [301, { location: 'http://127.0.0.1:1/' }, { status: 'failed', host: 'alive' }],
  [404, {}, { status: 'failed', host: 'alive' }],
  [410, {}, { status: 'gone', host: 'alive' }],
  [429, { 'retry-after': '7' }, { status: 'failed', host: 'failing', retryAfterMs: 7000 }],
  [500, {}, { status: 'failed', host: 'failing' }],
] as const)('%d is no delivery', async (status, headers, expected) => {
  const server = await httpServer((_request, response) => void response.writeHead(status, headers).end());
  const outcome = await deliver(testAgent({}, server), server);
  expect(outcome).toMatchObject({ ...expected, attempt: { status, error: expect.stringContaining(String(status)) } });
  expect(server.connections).toHaveLength(1);
});

test.each([
  ['hangs', '', 'did not arrive in time'],
  ['closes in the middle of the head', 'HTTP/1.1 200 OK\r\nContent-', 'closed before'],
  ['speaks something else', 'SSH-2.0-OpenSSH_9.2\r\n', 'not valid HTTP'],
])('a receiver that %s has not received it', async (_what, bytes, error) => {
  const server = await rawServer((socket) => void (bytes === '' ? socket : socket.end(bytes)));
  const outcome = await deliver(testAgent({}, server), server, bytes === '' ? 200 : undefined);
  expect(outcome).toMatchObject({ status: 'failed', host: 'failing', attempt: { status: null } });
  expect(outcome.attempt.error).toContain(error);
});

test.each([
  ['closes in the middle of its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', true],
  ['never ends its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', false],
  ['sends a huge body', `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(100_000)}`, false],
])('a receiver that answers 200 and then %s has received it', async (_what, bytes, close) => {
  const server = await rawServer((socket) => void (close ? socket.end(bytes) : socket.write(bytes)));
  const outcome = await deliver(testAgent({}, server), server);
  expect(outcome).toMatchObject({ status: 'delivered', attempt: { status: 200 } });
});

test.each([
  ['its body', 'HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nsome', 'some'],
  ['as much of its body as was asked for', `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n${'x'.repeat(9)}`, 'xxxxx'],
  ['nothing of a body that does not end', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', undefined],
])('a receiver answers, and of its answer comes %s', async (_what, bytes, answer) => {
  const server = await rawServer((socket) => void socket.write(bytes));
  const delivery = { id: 'msg_1', url: `http://127.0.0.1:${server.port}/`, body, secrets: [secret] };
  const outcome = await deliverWebhook(testAgent({}, server), delivery, { answerBytesMax: 5 });
  expect(outcome.answer && new TextDecoder().decode(outcome.answer)).toBe(answer);
});

test('a name that resolves to a private address at the second attempt gets nothing the second time', async () => {
  const server = await httpServer((_request, response) => void response.end());
  const inside = await httpServer((_request, response) => void response.end(), '127.0.0.9', server.port);
  const answers = [['127.0.0.1'], ['127.0.0.9'], ['127.0.0.1', '127.0.0.9']];
  const agent = testAgent({ resolve: async () => answers.shift() ?? [], keepAlive: true }, server);
  expect(await deliver(agent, server, undefined, 'hook.example.com')).toMatchObject({ status: 'delivered' });
  for (let i = 0; i < 2; i++) {
    const outcome = await deliver(agent, server, undefined, 'hook.example.com');
    expect(outcome).toMatchObject({ status: 'failed', host: 'unknown', attempt: { status: null } });
  }
  expect(server.connections).toHaveLength(1);
  expect(inside.connections).toHaveLength(0);
});

test('whoever stops the sender gets the reason, not a failed attempt', async () => {
  const reason = new BlipqError('shutting_down', 'Stopping.');
  const stop = new AbortController();
  const server = await rawServer(() => stop.abort(reason));
  const delivery = { id: 'msg_1', url: `http://127.0.0.1:${server.port}/`, body, secrets: [secret] };
  await expect(deliverWebhook(testAgent({}, server), delivery, { signal: stop.signal })).rejects.toBe(reason);
});
