import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createGuardedAgent } from './guarded-agent.js';
import { guardedRequest } from './guarded-request.js';
import type { Resolve } from './resolve.js';
import { authority } from './testing/certificates.js';
import { httpServer, httpsServer, rawServer, testAgent } from './testing/servers.js';

const failsWith = (code: string) => expect.objectContaining({ name: 'BlipqError', code });
const resolvesTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses;

/** Answers as a name server under an attacker's control does: something else each time, the last one for ever. */
function rebinding(...answers: string[][]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolve = async (hostname) => {
    asked.push(hostname);
    return answers[Math.min(asked.length, answers.length) - 1] ?? [];
  };
  return { resolve, asked };
}

test('the connection goes to the address that was checked, and the name is asked for once', async () => {
  const good = await httpServer((request, response) => response.end(request.headers.host));
  const { resolve, asked } = rebinding(['127.0.0.1'], ['127.0.0.2']);
  const canary = await httpServer((_request, response) => response.end(), '127.0.0.2', good.port);
  const agent = testAgent({ resolve }, good);
  const url = `http://images.example.test:${good.port}/`;

  const { body } = await guardedRequest(agent, url, { bytesMax: 100 });
  expect(Buffer.from(body).toString()).toBe(`images.example.test:${good.port}`);
  expect(asked).toEqual(['images.example.test']);

  await expect(guardedRequest(agent, url, { bytesMax: 100 })).rejects.toEqual(failsWith('url_blocked'));
  expect(good.connections).toHaveLength(1);
  expect(canary.connections).toHaveLength(0);
});

test('a kept connection does not spare a request the check', async () => {
  const server = await httpServer((_request, response) => response.end());
  const { resolve } = rebinding(['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1']);
  const agent = testAgent({ resolve, keepAlive: true }, server);
  const url = `http://images.example.test:${server.port}/`;
  await guardedRequest(agent, url, { bytesMax: 100 });
  await guardedRequest(agent, url, { bytesMax: 100 });
  expect(server.connections).toHaveLength(1);
  await expect(guardedRequest(agent, url, { bytesMax: 100 })).rejects.toEqual(failsWith('url_blocked'));
});

test.each([
  [['127.0.0.1', '10.0.0.1']],
  [['127.0.0.1', 'fd00::1']],
  [['127.0.0.1', '::ffff:127.0.0.1']],
  [['169.254.169.254', '127.0.0.1']],
  [['127.0.0.1', '127.1']],
  [['127.0.0.1', 'localhost']],
  [['127.0.0.1', '']],
])('one blocked answer among %j blocks the host', async (addresses) => {
  const server = await httpServer((_request, response) => response.end());
  const agent = testAgent({ resolve: resolvesTo(...addresses) }, server);
  const request = guardedRequest(agent, `http://mixed.example.test:${server.port}/`, { bytesMax: 100 });
  await expect(request).rejects.toEqual(failsWith('url_blocked'));
  expect(server.connections).toHaveLength(0);
});

test('what a name resolves to is not told', async () => {
  const agent = createGuardedAgent({ resolve: resolvesTo('10.20.30.40') });
  const error = await guardedRequest(agent, 'https://db.internal/', { bytesMax: 100 }).catch((error) => error);
  expect(error).toEqual(failsWith('url_blocked'));
  expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('10.20.30.40');
});

test.each(['http://localhost/', 'http://a.localhost./', 'http://ⓛocalhost/'])('%s is blocked', async (url) => {
  const agent = createGuardedAgent({ allowHttp: true });
  await expect(guardedRequest(agent, url, { bytesMax: 100 })).rejects.toEqual(failsWith('url_blocked'));
});

test('a literal address is checked though nothing is resolved', async () => {
  const server = await httpServer((_request, response) => response.end('here'));
  const { resolve, asked } = rebinding(['127.0.0.1']);
  const url = `http://127.0.0.1:${server.port}/`;
  const strict = createGuardedAgent({ resolve, allowHttp: true, ports: [server.port] });
  await expect(guardedRequest(strict, url, { bytesMax: 100 })).rejects.toEqual(failsWith('url_blocked'));
  expect(server.connections).toHaveLength(0);
  expect((await guardedRequest(testAgent({}, server), url, { bytesMax: 100 })).status).toBe(200);
  expect(asked).toEqual([]);
});

test('a literal IPv6 address is connected to where it is allowed', async ({ skip }) => {
  const server = await httpServer((request, response) => response.end(request.headers.host), '::1').catch(() => skip());
  const url = `http://[::1]:${server.port}/`;
  const { body } = await guardedRequest(testAgent({ allow: ['::1'] }, server), url, { bytesMax: 100 });
  expect(Buffer.from(body).toString()).toBe(`[::1]:${server.port}`);
  const strict = guardedRequest(testAgent({}, server), url, { bytesMax: 100 });
  await expect(strict).rejects.toEqual(failsWith('url_blocked'));
});

test('the next address is tried when one does not answer', async () => {
  const server = await httpServer((_request, response) => response.end());
  const agent = testAgent({ allow: ['127.0.0.0/8'], resolve: resolvesTo('127.0.0.3', '127.0.0.1') }, server);
  const { status } = await guardedRequest(agent, `http://two.example.test:${server.port}/`, { bytesMax: 100 });
  expect(status).toBe(200);
});

test.each([
  ['resolves to nothing', resolvesTo()],
  ['is not known', async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))],
] satisfies [string, Resolve][])('a name that %s is a failed fetch', async (_what, resolve) => {
  const request = guardedRequest(createGuardedAgent({ resolve }), 'https://gone.example.test/', { bytesMax: 100 });
  await expect(request).rejects.toEqual(failsWith('fetch_failed'));
  await expect(request).rejects.toThrow('The host name does not resolve.');
});

test('TLS asks for and verifies the name, not the address', async () => {
  const server = await httpsServer((request, response) => {
    response.end(`${(request.socket as TLSSocket & { servername: string }).servername} ${request.headers.host}`);
  });
  const agent = testAgent({ resolve: resolvesTo('127.0.0.1'), ca: [authority] }, server);
  const get = (host: string) => guardedRequest(agent, `https://${host}:${server.port}/`, { bytesMax: 100 });
  const text = async (host: string) => Buffer.from((await get(host)).body).toString();
  expect(await text('images.example.test')).toBe(`images.example.test images.example.test:${server.port}`);
  expect(await text('images.example.test.')).toBe(`images.example.test images.example.test.:${server.port}`);
  expect(await text('127.0.0.1')).toBe(`false 127.0.0.1:${server.port}`);
  await expect(get('other.example.test')).rejects.toThrow('TLS failed');
});

test('a certificate of an unknown authority is refused whatever the environment says', async () => {
  const server = await httpsServer((_request, response) => response.end());
  const agent = testAgent({ resolve: resolvesTo('127.0.0.1') }, server);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const request = guardedRequest(agent, `https://images.example.test:${server.port}/`, { bytesMax: 100 });
    await expect(request).rejects.toThrow('TLS failed');
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
});

test('https to a server that does not speak TLS fails', async () => {
  const server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
  const request = guardedRequest(testAgent({}, server), `https://127.0.0.1:${server.port}/`, { bytesMax: 100 });
  await expect(request).rejects.toEqual(failsWith('fetch_failed'));
});

test('a wrong network fails when the agent is made', () => {
  expect(() => createGuardedAgent({ allow: ['10.0.0.0/8', 'intranet'] })).toThrow('"intranet"');
});
