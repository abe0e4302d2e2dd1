import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { gatewaySettings } from '../config.js';
import { LiveGateway } from '../testing/live-gateway.js';

const redisUrl = inject('redisUrl');
const key = 'a-key-for-the-admin:of-tests';
const bearer = { authorization: `Bearer ${key}` };
const trusting = { BLIPQ_ADMIN_TRUST_HEADER: 'X-Forwarded-Email', BLIPQ_ADMIN_TRUST_PROXIES: ['127.0.0.7'] };
const proxy = '127.0.0.7';

let gateway: LiveGateway;
let keyless: LiveGateway;

beforeAll(async () => {
  [gateway, keyless] = await Promise.all([
    new LiveGateway(redisUrl, { ...trusting, BLIPQ_ADMIN_KEY: key }).start(),
    new LiveGateway(redisUrl, trusting).start(),
  ]);
});
beforeEach(() => {
  gateway.logs.length = 0;
});
afterAll(() => Promise.all([gateway.stop(), keyless.stop()]));

type Headers = Record<string, string | string[]>;

/** Asks from an address of this machine's own. Not by fetch, which can neither choose one nor repeat a header. */
async function ask(from: string, headers: Headers, to = gateway, path = '/admin/queues') {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const [url, options] = [`${to.internalUrl}${path}`, { localAddress: from, headers, agent: false } as const];
    request(url, options, resolve).once('error', reject).end();
  });
  return { status: response.statusCode, headers: response.headers, said: await text(response) };
}

/** The line about the one request since the test began. */
async function audited() {
  return await vi.waitFor(() => {
    const [line] = gateway.logs.filter(({ msg }) => msg === 'admin request');
    expect(line).toBeDefined();
    return line!;
  });
}

test('whom the identity proxy names is let in, and the log says who it was', async () => {
  expect((await ask(proxy, { 'x-forwarded-email': 'ada@example.com' })).status).toBe(200);
  expect(await audited()).toMatchObject({
    ...{ level: 30, by: 'header', admin: 'ada@example.com', peer: proxy },
    ...{ method: 'GET', path: '/admin/queues', status: 200 },
  });
});

test('the same header from any other address is refused, whatever else the request claims about where it is from', async () => {
  const claims: Headers[] = [
    {},
    { 'x-forwarded-for': proxy },
    { forwarded: `for=${proxy}`, 'x-real-ip': proxy, host: proxy },
    { authorization: `Basic ${Buffer.from(`ada@example.com:${key}x`).toString('base64')}` },
  ];
  for (const from of ['127.0.0.1', '127.0.0.6', '127.0.0.8', '127.0.0.70']) {
    for (const claim of claims) {
      const spoofed = { 'x-forwarded-email': 'ada@example.com', ...claim };
      expect([from, claim, (await ask(from, spoofed)).status]).toEqual([from, claim, 401]);
      expect([from, claim, (await ask(from, spoofed, keyless)).status]).toEqual([from, claim, 403]);
    }
  }
  const line = await audited();
  expect(line).toMatchObject({ status: 401, refused: expect.stringContaining('BLIPQ_ADMIN_TRUST_PROXIES') });
  expect(JSON.stringify(line)).not.toContain('ada');
});

test.each<[string, Headers]>([
  ['no header', {}],
  ['an empty name', { 'x-forwarded-email': '  ' }],
  ['two names', { 'x-forwarded-email': ['ada@example.com', 'mallory@example.com'] }],
  ['a name without end', { 'x-forwarded-email': 'a'.repeat(257) }],
  ['another header', { 'x-forwarded-user': 'ada', x_forwarded_email: 'ada@example.com' }],
])('the proxy itself lets nobody in with %s', async (_, headers) => {
  expect((await ask(proxy, headers)).status).toBe(401);
  const refused = await ask(proxy, headers, keyless);
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([403, undefined]);
});

test('a name in any script is logged as it is written', async () => {
  const name = 'Ωmega "\u2028" <script>@example.com';
  expect((await ask(proxy, { 'x-forwarded-email': Buffer.from(name).toString('latin1') })).status).toBe(200);
  expect(await audited()).toMatchObject({ admin: name });
});

test('the key goes on opening the pages, from anywhere, and its line names nobody', async () => {
  expect((await ask('127.0.0.1', { ...bearer, 'x-forwarded-email': 'ada@example.com' })).status).toBe(200);
  const line = await audited();
  expect(line).toMatchObject({ by: 'key', peer: '127.0.0.1' });
  expect(line).not.toHaveProperty('admin');
});

test('without trust, which is the default, the header opens nothing', async () => {
  const plain = await new LiveGateway(redisUrl, { BLIPQ_ADMIN_KEY: key }).start();
  expect((await ask(proxy, { 'x-forwarded-email': 'ada@example.com' }, plain)).status).toBe(401);
  await plain.stop();
});

test('networks are named in CIDR notation, of both families', async () => {
  const networks = { BLIPQ_ADMIN_TRUST_PROXIES: ['fd00::/8', '127.0.1.0/30'] };
  const other = await new LiveGateway(redisUrl, { ...trusting, ...networks }).start();
  const status = async (from: string) => (await ask(from, { 'x-forwarded-email': 'ada' }, other)).status;
  expect([await status('127.0.1.3'), await status('127.0.1.4'), await status(proxy)]).toEqual([200, 403, 403]);
  await other.stop();
});

test('an IPv4 proxy is known on a socket that takes IPv6 as well', async () => {
  const dual = await new LiveGateway(redisUrl, { ...trusting, BLIPQ_INTERNAL_HOST: '::ffff:127.0.0.1' }).start();
  expect((await ask(proxy, { 'x-forwarded-email': 'ada' }, dual)).status).toBe(200);
  expect((await ask('127.0.0.1', { 'x-forwarded-email': 'ada' }, dual)).status).toBe(403);
  await dual.stop();
});

test.each([
  ['BLIPQ_ADMIN_TRUST_HEADER', 'Authorization'],
  ['BLIPQ_ADMIN_TRUST_HEADER', 'x-forwarded-for'],
  ['BLIPQ_ADMIN_TRUST_HEADER', 'X Email'],
  ['BLIPQ_ADMIN_TRUST_PROXIES', 'loopback'],
  ['BLIPQ_ADMIN_TRUST_PROXIES', '0.0.0.0/0'],
  ['BLIPQ_ADMIN_TRUST_PROXIES', '10.0.0.7, proxy.example.com'],
  ['BLIPQ_ADMIN_TRUST_PROXIES', '10.0.0.0/33'],
])('%s does not take %s', (name, value) => {
  expect(gatewaySettings.safeParse({ [name]: value }).error?.issues.map(({ path }) => path)).toEqual([[name]]);
});

test('what a page asks for while it is open, and its files, are logged at debug, except for refusals', async () => {
  await ask(proxy, { 'x-forwarded-email': 'ada' }, gateway, '/admin/queues/api/queues');
  expect(await audited()).toMatchObject({ level: 20, admin: 'ada' });
  gateway.logs.length = 0;
  await ask('127.0.0.1', {}, gateway, '/admin/queues/api/queues');
  expect(await audited()).toMatchObject({ level: 30, status: 401 });
});
