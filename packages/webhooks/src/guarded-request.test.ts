import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { guardedRequest } from './guarded-request.js';
import type { Resolve } from './resolve.js';
import { httpServer, rawServer, type TestServer, testAgent } from './testing/servers.js';

const failsWith = (code: string) => expect.objectContaining({ name: 'BlipqError', code });
const never: Resolve = () => new Promise(() => {});
const urlOf = (server: TestServer) => `http://127.0.0.1:${server.port}/`;
const bytesMax = 1_000;

test('a POST carries its bytes and headers, and its answer comes back', async () => {
  const server = await httpServer(async (request, response) => {
    response.setHeader('x-seen', `${request.method} ${request.headers['content-length']} ${request.headers['x-mine']}`);
    response.end(await text(request));
  });
  const body = Buffer.from('{"ü":1}');
  const request = { method: 'POST', headers: { 'x-mine': 'yes' }, body, bytesMax } as const;
  const response = await guardedRequest(testAgent({}, server), urlOf(server), request);
  expect(response).toMatchObject({ status: 200, headers: { 'x-seen': 'POST 8 yes' }, complete: true });
  expect(Buffer.from(response.body)).toEqual(body);
});

test('a redirect is an answer, not followed', async () => {
  const server = await httpServer((_request, response) => response.writeHead(302, { location: '/there' }).end());
  const { status, headers } = await guardedRequest(testAgent({}, server), urlOf(server), { bytesMax });
  expect([status, headers.location]).toEqual([302, '/there']);
  expect(server.connections).toHaveLength(1);
});

test('an answer that never ends is cut at the limit and hung up on', async () => {
  const server = await httpServer((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(500, 'x')));
    };
    response.on('drain', more);
    more();
  });
  const response = await guardedRequest(testAgent({}, server), urlOf(server), { bytesMax });
  expect(response.body).toEqual(new Uint8Array(bytesMax).fill(120));
  expect(response.complete).toBe(false);
  const [socket] = server.connections;
  if (!socket?.destroyed) await new Promise((closed) => socket?.once('close', closed));
});

test('an unwanted body is not read', async () => {
  const server = await httpServer((_request, response) => response.writeHead(418).flushHeaders());
  const request = guardedRequest(testAgent({}, server), urlOf(server), { bytesMax, wantsBody: () => false });
  expect(await request).toMatchObject({ status: 418, complete: false, body: new Uint8Array(0) });
});

test.each([
  ['closes', (server: TestServer) => server.connections[0]?.end()],
  ['resets the connection', (server: TestServer) => server.connections[0]?.resetAndDestroy()],
])('a server that %s instead of answering is a failed fetch', async (_what, hangUp) => {
  const server: TestServer = await rawServer(() => hangUp(server));
  const request = guardedRequest(testAgent({}, server), urlOf(server), { bytesMax });
  await expect(request).rejects.toEqual(failsWith('fetch_failed'));
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2 secret\r\n', 'The answer is not valid HTTP.'],
  ['Redis', '-ERR unknown command secret\r\n', 'The answer is not valid HTTP.'],
  ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\nsecret', 'HTTP'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\nsecret', 'HTTP'],
  ['huge headers', `HTTP/1.1 200 OK\r\nX-Secret: ${'secret'.repeat(10_000)}\r\n\r\n`, 'HTTP'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: secret\r\nConnection: Upgrade\r\n\r\n', 'closed'],
  ['less than it said', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsecret', 'closed before the answer'],
  ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nsecret', 'closed before the answer'],
])('an answer of %s fails and is not repeated', async (_what, bytes, detail) => {
  const server = await rawServer((socket) => socket.end(bytes));
  const error = await guardedRequest(testAgent({}, server), urlOf(server), { bytesMax }).catch((error) => error);
  expect(error).toEqual(failsWith('fetch_failed'));
  expect(error.detail).toContain(detail);
  expect(error.detail).not.toMatch(/secret/i);
});

test('a connection reset in the middle of a body without a length fails', async () => {
  const server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome bytes'));
  const wantsBody = () => server.connections[0]?.resetAndDestroy() !== undefined;
  const request = guardedRequest(testAgent({}, server), urlOf(server), { bytesMax, wantsBody });
  await expect(request).rejects.toEqual(failsWith('fetch_failed'));
});

test('more than the declared length is not read', async () => {
  const server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more'));
  const { body } = await guardedRequest(testAgent({}, server), urlOf(server), { bytesMax });
  expect(Buffer.from(body).toString()).toBe('four');
});

test('nobody listening is a failed fetch', async () => {
  const server = await httpServer((_request, response) => response.end());
  const agent = testAgent({ allow: ['127.0.0.0/8'] }, server);
  const request = guardedRequest(agent, `http://127.0.0.4:${server.port}/`, { bytesMax });
  await expect(request).rejects.toThrow('The host refuses the connection.');
});

test('a name server that never answers ends at the connect deadline', async () => {
  const agent = testAgent({ resolve: never });
  const request = guardedRequest(agent, 'https://slow.example.test/', { bytesMax, connectTimeoutMs: 50 });
  await expect(request).rejects.toThrow('The host could not be connected to in time.');
  await expect(request).rejects.toEqual(failsWith('fetch_timeout'));
});

test('a server that accepts and never speaks TLS ends at the connect deadline', async () => {
  const server = await rawServer(() => {});
  const options = { bytesMax, connectTimeoutMs: 50 };
  const request = guardedRequest(testAgent({}, server), `https://127.0.0.1:${server.port}/`, options);
  await expect(request).rejects.toThrow('The host could not be connected to in time.');
});

test.each([
  ['never answers', '', ''],
  ['drips its headers', 'HTTP/1.1 200 OK\r\nX-Slow: ', 'x'],
  ['drips its body', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', 'x'],
  ['says 100 Continue for ever', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
])('a server that %s ends at the total deadline', async (_what, first, drip) => {
  const server = await rawServer((socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(drip), 5);
    socket.on('close', () => clearInterval(timer));
  });
  const options = { bytesMax, connectTimeoutMs: 10_000, timeoutMs: 150 };
  const request = guardedRequest(testAgent({}, server), urlOf(server), options);
  await expect(request).rejects.toThrow('The answer did not arrive in time.');
  await expect(request).rejects.toEqual(failsWith('fetch_timeout'));
});

test('the connect deadline does not end an answer that takes longer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await httpServer((_request, response) => {
    vi.advanceTimersByTime(10_000);
    response.end('late');
  });
  const request = guardedRequest(testAgent({}, server), urlOf(server), { bytesMax, connectTimeoutMs: 5_000 });
  expect((await request).status).toBe(200);
});

test('a caller who gives up gets their own reason, whatever was going on', async () => {
  const reason = new Error('the client went away');
  const aborted = AbortSignal.abort(reason);
  const server = await rawServer(() => {});
  const early = guardedRequest(testAgent({}, server), urlOf(server), { bytesMax, signal: aborted });
  await expect(early).rejects.toBe(reason);
  expect(server.connections).toHaveLength(0);

  const resolving = new AbortController();
  const resolve: Resolve = () => {
    resolving.abort(reason);
    return never('', resolving.signal);
  };
  const agent = testAgent({ resolve }, server);
  const stuck = guardedRequest(agent, 'https://slow.example.test/', { bytesMax, signal: resolving.signal });
  await expect(stuck).rejects.toBe(reason);

  const reading = new AbortController();
  const dripping = await httpServer((_request, response) => {
    response.write('some');
    reading.abort(reason);
  });
  const late = guardedRequest(testAgent({}, dripping), urlOf(dripping), { bytesMax, signal: reading.signal });
  await expect(late).rejects.toBe(reason);
});
