import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { ContractClient } from '../testing/contract-client.js';
import { LiveGateway, repositoryFile } from '../testing/live-gateway.js';
import { imageForm } from '../testing/multipart.js';
import { ApiKeys, hashOf } from './api-keys.js';

const run = promisify(execFile);
const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
const sha256 = (secret: string) => hashOf(secret).toString('hex');
const list = JSON.stringify([
  { name: 'ada', sha256: sha256('ada-secret') },
  { name: 'ada', sha256: sha256('ada-second') },
  { name: 'bob', sha256: sha256('bob-secret'), queue_max: 1 },
  { name: 'eve', sha256: sha256('eve-secret'), rate_limit: { requests: 2, per_s: 3600 } },
  { name: 'old', sha256: sha256('old-secret'), disabled: true },
]);

let gateway: LiveGateway;
beforeAll(async () => {
  gateway = await new LiveGateway(inject('redisUrl'), { BLIPQ_API_KEYS: list }).start();
  await gateway.registerModel();
});
afterAll(() => gateway.stop());

const as = (secret: string) => ContractClient.of(gateway.url, { authorization: `Bearer ${secret}` });
const form = (): RequestInit => {
  const { body, headers } = imageForm('image', photo);
  return { body: body, headers: { ...headers, 'cache-control': 'no-cache' } };
};

describe('a request', () => {
  test.each([
    ['without a key', undefined],
    ['with another scheme', 'Basic YWRhOmFkYQ=='],
    ['with an empty token', 'Bearer '],
    ['with an unknown key', 'Bearer nobody'],
    ['with the hash for a key', `Bearer ${sha256('ada-secret')}`],
    ['with two tokens', 'Bearer ada-secret bob-secret'],
  ])('%s is unauthorized', async (_name, authorization) => {
    const client = await ContractClient.of(gateway.url, authorization === undefined ? {} : { authorization });
    const answer = await client.call('GET', '/v1/captions');
    expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="blipq"/);
    const bento = await fetch(`${gateway.url}/generate`, {
      method: 'POST',
      ...(authorization && { headers: { authorization } }),
    });
    expect([bento.status, Object.keys((await bento.json()) as object)]).toEqual([401, ['error']]);
  });

  test('with a disabled key is forbidden', async () => {
    const answer = await (await as('old-secret')).call('GET', '/v1/models');
    expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
  });

  test('for probes, documents and error pages needs no key', async () => {
    for (const path of [
      '/livez',
      '/readyz',
      '/',
      '/openapi.json',
      '/docs.json',
      '/schema.json',
      '/docs/errors/forbidden',
    ]) {
      expect((await fetch(gateway.url + path)).status, path).toBe(200);
    }
  });
});

test('callers never see the captions of others, whatever they try', async () => {
  const [ada, bob] = [await as('ada-secret'), await as('bob-secret')];
  const { json: caption } = await ada.call('POST', '/v1/captions', form());
  for (const [method, path] of [
    ['GET', caption.links.self],
    ['DELETE', caption.links.self],
    ['GET', caption.links.events],
    ['POST', caption.links.cancel],
    ['POST', caption.links.retry],
  ] as const) {
    expect((await bob.call(method, path)).status, `${method} ${path}`).toBe(404);
  }
  expect((await bob.call('GET', '/v1/captions')).json.data).toEqual([]);
  expect((await ada.call('GET', '/v1/captions')).json.data).toHaveLength(1);
  const items = JSON.stringify({ items: [{ image: { base64: photo.toString('base64') } }] });
  const { json: batch } = await ada.call('POST', '/v1/batches', {
    body: items,
    headers: { 'content-type': 'application/json' },
  });
  expect((await bob.call('GET', batch.links.self)).status).toBe(404);
});

test('two keys of one name see the same captions', async () => {
  const { json: caption } = await (await as('ada-secret')).call('POST', '/v1/captions', form());
  expect((await (await as('ada-second')).call('GET', caption.links.self)).status).toBe(200);
});

test('a full quota refuses work of its tenant and of no other', async () => {
  const bob = await as('bob-secret');
  expect((await bob.call('POST', '/v1/captions', form())).status).toBe(202);
  const refused = await bob.call('POST', '/v1/captions', form());
  expect([refused.status, refused.json.code]).toEqual([429, 'tenant_queue_full']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await (await as('ada-secret')).call('POST', '/v1/captions', form())).status).toBe(202);
});

test('a rate limit is announced in headers, counted by all gateways together, and enforced', async () => {
  const second = await new LiveGateway(inject('redisUrl'), {
    BLIPQ_API_KEYS: list,
    BLIPQ_NAMESPACE: gateway.namespace,
  }).start();
  const eve = await as('eve-secret');
  const eveThere = await ContractClient.of(second.url, { authorization: 'Bearer eve-secret' });
  const first = await eve.call('GET', '/v1/models');
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"key";q=2;w=3600']);
  expect(first.headers.get('ratelimit')).toMatch(/^"key";r=1;t=3\d\d\d$/);
  expect((await eveThere.call('GET', '/v1/models')).headers.get('ratelimit')).toMatch(/r=0/);
  const refused = await eve.call('GET', '/v1/models');
  expect([refused.status, refused.json.code]).toEqual([429, 'rate_limited']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
  await second.stop();
});

describe('the list of keys', () => {
  test.each([
    ['{', /BLIPQ_API_KEYS is not JSON; it takes/],
    ['{}', /BLIPQ_API_KEYS: the list: /],
    ['[{"name":"a b","sha256":"x"}]', /0\.name: is not a tenant name/],
    ['[]', /BLIPQ_API_KEYS: the list has no key; without the setting everybody may call/],
    ['[{"name":"a","sha256":"x"}]', /0\.sha256: is not a SHA-256 hash/],
    [`[{"name":"a","sha256":"${sha256('k')}","limit":1}]`, /Unrecognized key/],
    [`[{"name":"a","sha256":"${sha256('k')}","priority":50}]`, /0\.priority: is not known any more; give a weight/],
    [`[{"name":"a","sha256":"${sha256('k')}","weight":0}]`, /0\.weight: /],
    [
      `[{"name":"a","sha256":"${sha256('k')}"},{"name":"b","sha256":"${sha256('k')}"}]`,
      /the key of b is in the list twice/,
    ],
  ])('%s is refused in one line', (json, message) => {
    expect(() => ApiKeys.parse(json, 'BLIPQ_API_KEYS')).toThrow(message);
  });

  test('can be in a file; a file that is not there is one line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blipq-keys-'));
    await writeFile(join(folder, 'keys.json'), list);
    expect(ApiKeys.load(undefined, join(folder, 'keys.json')).find('ada-secret')?.name).toBe('ada');
    expect(() => ApiKeys.load(undefined, join(folder, 'none.json'))).toThrow(
      /BLIPQ_API_KEYS_FILE cannot be read: ENOENT/,
    );
    await writeFile(join(folder, 'wrong.json'), '{}');
    expect(() => ApiKeys.load(undefined, join(folder, 'wrong.json'))).toThrow(
      /^BLIPQ_API_KEYS_FILE .*wrong\.json: the list: /,
    );
    expect(() => ApiKeys.load(list, join(folder, 'keys.json'))).toThrow(/are both set; keep one of them$/);
    await rm(folder, { recursive: true });
  });

  test('gets its entries from make-key, which keeps no secret', async () => {
    const program = fileURLToPath(new URL('../../dist/make-key.js', import.meta.url));
    const { stdout } = await run(process.execPath, [program, 'team-a']);
    const [, secret, entry] = /^key {4}(\S+)\nentry {2}(.*)\n$/.exec(stdout)!;
    expect(entry).not.toContain(secret);
    expect(ApiKeys.parse(`[${entry}]`, 'x').find(secret!)?.name).toBe('team-a');
    await expect(run(process.execPath, [program, 'a b'])).rejects.toMatchObject({ code: 1 });
  });
});

test('a gateway that is open to the network without keys says so', async () => {
  const open = await new LiveGateway(inject('redisUrl'), { HOST: '0.0.0.0' }).start();
  const warning = expect.objectContaining({
    level: 40,
    msg: expect.stringMatching(/anyone who can reach .* may submit/),
  });
  await vi.waitFor(() => expect(open.logs).toContainEqual(warning));
  expect(gateway.logs).not.toContainEqual(warning);
  await open.stop();
});
