import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fetchGuarded } from './fetch-guarded.js';
import type { Resolve } from './resolve.js';
import { authority } from './testing/certificates.js';
import { httpServer, httpsServer, type TestServer, testAgent } from './testing/servers.js';

const failsWith = (code: string) => expect.objectContaining({ name: 'BlipqError', code });
const urlOf = (server: TestServer, path = '/') => `http://127.0.0.1:${server.port}${path}`;
const answering = (answer: (response: ServerResponse) => void) => httpServer((_request, response) => answer(response));

test('the bytes and where they came from', async () => {
  const image = randomBytes(200_000);
  const server = await answering((response) => response.end(image));
  const fetched = await fetchGuarded(testAgent({}, server), urlOf(server, '/a?b=c#d'));
  expect(Buffer.compare(fetched.bytes, image)).toBe(0);
  expect(fetched.url).toBe(urlOf(server, '/a?b=c#d'));
  expect(fetched.bytes.byteLength).toBe(fetched.bytes.buffer.byteLength);
});

test.each([201, 204, 206, 300, 304, 400, 401, 404, 500, 503])('a status of %d fails', async (status) => {
  const server = await answering((response) => {
    response.writeHead(status, 'internal secret', { 'x-secret': 'internal secret' });
    response.end([204, 304].includes(status) ? undefined : 'internal secret');
  });
  const error = await fetchGuarded(testAgent({}, server), urlOf(server)).catch((error) => error);
  expect(error).toEqual(failsWith('fetch_failed'));
  expect(error.detail).toBe(`The host answered ${status} instead of 200.`);
});

test.each([301, 302, 303, 307, 308])('a redirect by %d is followed', async (status) => {
  const server = await httpServer((request, response) => {
    if (request.url === '/moved/there') response.end('image');
    else response.writeHead(status, { location: 'there' }).end('not this');
  });
  const { bytes, url } = await fetchGuarded(testAgent({}, server), urlOf(server, '/moved/'));
  expect([Buffer.from(bytes).toString(), url]).toEqual(['image', urlOf(server, '/moved/there')]);
});

test.each([
  [3, 'passes'],
  [4, 'fails'],
])('%d redirects: %s', async (count, outcome) => {
  const server = await httpServer(({ url = '' }, response) => {
    const left = Number(url.slice(1));
    if (left === 0) response.end('image');
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  const fetched = fetchGuarded(testAgent({}, server), urlOf(server, `/${count}`));
  if (outcome === 'passes') expect((await fetched).url).toBe(urlOf(server, '/0'));
  else await expect(fetched).rejects.toThrow('The URL redirects more than 3 times.');
  expect(server.connections).toHaveLength(4);
});

test('a redirect to itself ends', async () => {
  const server = await answering((response) => response.writeHead(302, { location: '/' }).end());
  await expect(fetchGuarded(testAgent({}, server), urlOf(server))).rejects.toEqual(failsWith('fetch_failed'));
});

test('a location in UTF-8 is understood', async () => {
  const server = await httpServer(({ url }, response) => {
    if (url === '/') response.writeHead(302, { location: Buffer.from('/ü').toString('latin1') });
    response.end(url);
  });
  expect((await fetchGuarded(testAgent({}, server), urlOf(server))).url).toBe(urlOf(server, '/%C3%BC'));
});

test.each([
  ...[
    'http://127.0.0.2/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://0x7f.2/',
    '//10.0.0.1/',
  ],
  ...['http://intranet.example.test/', 'https://intranet.example.test/', 'http://user:pass@127.0.0.1/', 'https://'],
  ...[
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'data:image/png;base64,AAAA',
    'ftp://127.0.0.1/',
    'http://127.0.0.1:1/',
  ],
])('a redirect to %s is blocked', async (location) => {
  const server = await answering((response) => response.writeHead(302, { location }).end());
  const canary = await httpServer((_request, response) => response.end('secret'), '127.0.0.2', server.port);
  const agent = testAgent({ resolve: async () => ['127.0.0.1', '127.0.0.2'] }, server);
  await expect(fetchGuarded(agent, urlOf(server))).rejects.toEqual(failsWith('url_blocked'));
  expect(canary.connections).toHaveLength(0);
});

test('a redirect to another port of a private address is blocked', async () => {
  const canary = await httpServer((_request, response) => response.end('secret'), '127.0.0.2');
  const location = `http://127.0.0.2:${canary.port}/`;
  const server = await answering((response) => response.writeHead(307, { location }).end());
  const fetched = fetchGuarded(testAgent({}, server, canary), urlOf(server));
  await expect(fetched).rejects.toThrow('The URL redirects to one that is not allowed.');
  expect(canary.connections).toHaveLength(0);
});

test('a name that resolves elsewhere after the redirect is checked again', async () => {
  const server = await answering((response) => response.writeHead(302, { location: '/again' }).end());
  const answers = [['127.0.0.1'], ['10.0.0.1']];
  const resolve: Resolve = async () => answers.shift() ?? [];
  const fetched = fetchGuarded(testAgent({ resolve }, server), `http://rebind.example.test:${server.port}/`);
  await expect(fetched).rejects.toEqual(failsWith('url_blocked'));
  expect(server.connections).toHaveLength(1);
});

test('a redirect from https to http is refused where both are allowed', async () => {
  const plain = await answering((response) => response.end('image'));
  const secure = await httpsServer((_request, response) => response.writeHead(302, { location: urlOf(plain) }).end());
  const agent = testAgent({ ca: [authority] }, plain, secure);
  await expect(fetchGuarded(agent, `https://127.0.0.1:${secure.port}/`)).rejects.toThrow('from https to http');
  expect(plain.connections).toHaveLength(0);
});

test('a redirect from http to https is followed', async () => {
  const secure = await httpsServer((_request, response) => response.end('image'));
  const location = `https://127.0.0.1:${secure.port}/`;
  const plain = await answering((response) => response.writeHead(302, { location }).end());
  const agent = testAgent({ ca: [authority] }, plain, secure);
  expect((await fetchGuarded(agent, urlOf(plain))).url).toBe(location);
});

test('redirects do not extend the deadline', async () => {
  const server = await httpServer((request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/hang' }).end();
  });
  const fetched = fetchGuarded(testAgent({}, server), urlOf(server), { timeoutMs: 150 });
  await expect(fetched).rejects.toEqual(failsWith('fetch_timeout'));
});

test.each([
  ['with its length', (response: ServerResponse, body: Buffer) => response.end(body)],
  ['without its length', (response: ServerResponse, body: Buffer) => response.writeHead(200).end(body)],
  [
    'until the connection closes',
    (response: ServerResponse, body: Buffer) => {
      response.removeHeader('transfer-encoding');
      response.writeHead(200, { connection: 'close' }).end(body);
    },
  ],
])('a body sent %s passes up to the limit and no further', async (_how, send) => {
  const server = await httpServer(({ url = '' }, response) => {
    send(response, Buffer.alloc(Number(url.slice(1)), 'x'));
  });
  const agent = testAgent({}, server);
  const get = (length: number) => fetchGuarded(agent, urlOf(server, `/${length}`), { bytesMax: 100_000 });
  expect((await get(100_000)).bytes).toHaveLength(100_000);
  expect((await get(0)).bytes).toHaveLength(0);
  await expect(get(100_001)).rejects.toEqual(failsWith('image_too_large'));
  await expect(get(10_000_000)).rejects.toEqual(failsWith('image_too_large'));
});

test('a body of one-byte chunks arrives whole', async () => {
  const server = await answering((response) => {
    for (let i = 0; i < 70_000; i++) response.write(Buffer.of(i % 251));
    response.end();
  });
  const { bytes } = await fetchGuarded(testAgent({}, server), urlOf(server));
  expect(bytes).toHaveLength(70_000);
  expect(bytes.every((byte, i) => byte === i % 251)).toBe(true);
});

test('a declared length over the limit is refused before any of it comes', async () => {
  const server = await answering((response) => response.writeHead(200, { 'content-length': 10 ** 12 }).flushHeaders());
  const fetched = fetchGuarded(testAgent({}, server), urlOf(server));
  await expect(fetched).rejects.toEqual(failsWith('image_too_large'));
});

test.each(['gzip', 'br', 'deflate', 'identity, gzip', 'GZIP'])('a body in %s is refused', async (encoding) => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const server = await httpServer((request, response) => {
    expect(request.headers['accept-encoding']).toBe('identity');
    response.writeHead(200, { 'content-encoding': encoding }).end(bomb);
  });
  await expect(fetchGuarded(testAgent({}, server), urlOf(server))).rejects.toThrow('compressed');
});

test('an identity encoding is none', async () => {
  const server = await answering((response) => response.writeHead(200, { 'content-encoding': 'Identity' }).end('x'));
  expect((await fetchGuarded(testAgent({}, server), urlOf(server))).bytes).toHaveLength(1);
});

test('a caller who gives up gets their own reason', async () => {
  const reason = new Error('the client went away');
  const server = await answering((response) => response.end());
  const fetched = fetchGuarded(testAgent({}, server), urlOf(server), { signal: AbortSignal.abort(reason) });
  await expect(fetched).rejects.toBe(reason);
});
