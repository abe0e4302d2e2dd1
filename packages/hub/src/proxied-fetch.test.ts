import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { caption, Downloads, failure } from './testing/downloads.js';
import { filesOf, hashesOf } from './testing/hub-server.js';

const downloads = Downloads.forEachTest();
let proxy: Server;
/** What the proxy was asked to connect to, and by whom. */
let asked: { authority: string; authorization: string | undefined }[];
const proxyAddress = () => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const hubPort = () => new URL(downloads.hub.endpoint).port;

/** A proxy that knows the way to `hub.invalid`, which nobody else does. */
beforeEach(async () => {
  asked = [];
  proxy = createServer().on('connect', (request: IncomingMessage, client: Socket) => {
    const [host, port] = request.url!.split(':');
    asked.push({ authority: request.url!, authorization: request.headers['proxy-authorization'] });
    const server = connect(Number(port), host!.endsWith('hub.invalid') ? '127.0.0.1' : host!, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(server).pipe(client);
    });
    for (const socket of [client, server]) socket.on('error', () => [client, server].map((one) => one.destroy()));
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => void proxy.close());

test('a model comes through the proxy, large files from the store included, and the proxy gets its password', async () => {
  downloads.hub.publish('owner/name', caption);
  const endpoint = `http://hub.invalid:${hubPort()}`;
  const { folder } = await downloads.resolve({ endpoint, proxies: { http: `http://me:secret@${proxyAddress()}` } });
  expect(hashesOf(filesOf(folder))).toEqual(hashesOf(caption));
  const store = asked.find(({ authority }) => authority.startsWith('localhost:'));
  expect(asked.map(({ authority }) => authority)).toContain(`hub.invalid:${hubPort()}`);
  expect(store?.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  expect(downloads.hub.seen.length).toBeGreaterThan(0);
});

test('hosts that NO_PROXY names are asked directly, and so are those below them', async () => {
  downloads.hub.publish('owner/name', caption);
  const proxies = { http: proxyAddress(), none: '127.0.0.1,localhost' };
  await downloads.resolve({ proxies });
  expect(asked).toEqual([]);
  const endpoint = `http://mirror.hub.invalid:${hubPort()}`;
  const direct = downloads.resolve({ endpoint, proxies: { http: proxyAddress(), none: 'hub.invalid' } }, 'owner/other');
  expect((await failure(direct)).code).toBe('hub_unreachable');
  expect(asked).toEqual([]);
});

test('a proxy that does not answer is spoken of, without its password', async () => {
  const none = proxyAddress();
  await new Promise((resolve) => proxy.close(resolve));
  const error = await failure(downloads.resolve({ proxies: { http: `http://me:secret@${none}` } }));
  expect(error).toMatchObject({ code: 'hub_unreachable', retryable: true });
  expect(error.message).toContain('cannot be reached through the proxy that HTTPS_PROXY or HTTP_PROXY names');
  expect(error.message).not.toContain('secret');
});

test('an address that is none of an HTTP proxy is refused by the name of its variable, once the Hub is needed', async () => {
  const error = await failure(downloads.resolve({ proxies: { https: 'socks5://me:secret@proxy.invalid' } }));
  expect(error).toMatchObject({ code: 'settings_invalid', message: expect.stringContaining('HTTPS_PROXY') });
  expect(error.message).not.toContain('secret');
});
