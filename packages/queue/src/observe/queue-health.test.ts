import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, OwnRedis, type OwnRedisOptions, RedisRelay } from '@blipq/test-servers';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { judgeRedis } from '../redis/redis-fitness.js';
import { QueueHealth } from './queue-health.js';

const nothingKept = { appendonly: 'no', save: '""' };

async function server(options: OwnRedisOptions = {}) {
  const own = await OwnRedis.create(options);
  onTestFinished(() => own.remove());
  await own.start();
  const client = new Redis(own.url);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return { own, client };
}

/** A redis-server none of whose files may grow beyond 64 KiB. */
function small(): string {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-full-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'redis-server');
  writeFileSync(program, '#!/bin/bash\ntrap "" XFSZ\nulimit -f 64\nexec redis-server "$@"\n', { mode: 0o700 });
  return program;
}

async function health(redisUrl: string) {
  const warnings: string[] = [];
  const recoveries: true[] = [];
  const queueHealth = new QueueHealth({
    redisUrl,
    onWarning: (sentence) => warnings.push(sentence),
    onRecovery: () => recoveries.push(true),
  });
  onTestFinished(() => queueHealth.stop());
  await queueHealth.start();
  return { queueHealth, warnings, recoveries };
}

type Health = Awaited<ReturnType<typeof health>>;

/** Waits until it has the trouble with which Redis replies `code`, which it warns of once. */
async function refused({ queueHealth, warnings }: Health, code: string) {
  await vi.waitFor(async () => expect(await queueHealth.trouble(60_000)).toContain(`(${code}); `));
  await queueHealth.trouble(60_000);
  expect(warnings.filter((sentence) => sentence.includes(code))).toHaveLength(1);
}

async function recovered({ queueHealth, recoveries }: Health) {
  await vi.waitFor(async () => expect(await queueHealth.trouble(60_000)).toBeUndefined());
  expect(recoveries).toHaveLength(1);
}

test('a Redis as it should be has no trouble, and nobody is warned', async () => {
  const { own } = await server();
  const { queueHealth, warnings } = await health(own.url);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(queueHealth.persists).toBe(true);
  expect(warnings).toEqual([]);
});

test('a Redis that evicts is not used until its setting is changed', async () => {
  const { own, client } = await server({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
  const { queueHealth, warnings } = await health(own.url);
  const trouble =
    'drops captions when its memory is full (maxmemory-policy allkeys-lru); set maxmemory-policy to noeviction';
  expect(await queueHealth.trouble(60_000)).toBe(trouble);
  expect(await queueHealth.trouble(60_000)).toBe(trouble);
  expect(warnings).toEqual([`Redis ${trouble}`]);
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
});

test('a Redis that keeps nothing is used, with a warning at each of its starts', async () => {
  const { own } = await server({ settings: nothingKept });
  const { queueHealth, warnings } = await health(own.url);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(queueHealth.persists).toBe(false);
  expect(warnings).toEqual([expect.stringContaining('set appendonly to yes')]);
  await own.kill();
  await own.start();
  await vi.waitFor(() => expect(warnings).toHaveLength(2));
});

test('the return of Redis is reported once, and only after errors', async () => {
  const { own } = await server();
  const seen: string[] = [];
  const queueHealth = new QueueHealth({
    redisUrl: own.url,
    onError: () => seen.push('error'),
    onRecovery: () => seen.push('recovery'),
  });
  onTestFinished(() => queueHealth.stop());
  await queueHealth.start();
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(seen).toEqual([]);
  await own.kill();
  await vi.waitFor(() => expect(seen).toContain('error'));
  await own.start();
  await vi.waitFor(() => expect(seen.at(-1)).toBe('recovery'));
  expect(seen.filter((what) => what === 'recovery')).toHaveLength(1);
});

test('snapshots are persistence', async () => {
  const { own } = await server({ settings: { appendonly: 'no', save: '3600 1' } });
  const { queueHealth, warnings } = await health(own.url);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect([queueHealth.persists, warnings]).toEqual([true, []]);
});

test('a replica is not used until it is the primary', async () => {
  const primary = await server();
  const { own, client } = await server({ settings: { replicaof: `127.0.0.1 ${primary.own.port}` } });
  const { queueHealth } = await health(own.url);
  expect(await queueHealth.trouble(60_000)).toMatch(/^is a replica .* REDIS_URL has to lead to the primary/);
  await client.replicaof('NO', 'ONE');
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
});

test('a Redis whose append-only file cannot be written is not used', async () => {
  const { own, client } = await server({ program: small(), settings: { appendfsync: 'everysec' } });
  const { queueHealth } = await health(own.url);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  await client.set('large', Buffer.alloc(100_000));
  await vi.waitFor(async () => {
    expect(await queueHealth.trouble(60_000)).toMatch(
      /^cannot write its append-only file \(aof_last_write_status err\)/,
    );
  });
});

test('where INFO and CONFIG are forbidden, that Redis answers has to do', async () => {
  const { own } = await server({ settings: { ...nothingKept, user: 'ada on >s3cret ~* &* +@all -info -config' } });
  const { queueHealth, warnings } = await health(`redis://ada:s3cret@127.0.0.1:${own.port}`);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect([queueHealth.persists, warnings]).toEqual([undefined, []]);
});

test('a missing and a wrong password are said, and not repeated', async () => {
  const { own } = await server({ settings: { requirepass: 's3cret' } });
  const { queueHealth } = await health(`redis://:hunter2@127.0.0.1:${own.port}`);
  const trouble = await queueHealth.trouble(60_000);
  expect(trouble).toMatch(/^refuses the user name or the password \(WRONGPASS\); correct them in REDIS_URL/);
  expect(trouble).not.toContain('hunter2');
  const { queueHealth: other } = await health(own.url);
  expect(await other.trouble(60_000)).toMatch(/^asks for a password \(NOAUTH\); put it into REDIS_URL/);
});

test('protected mode is said', async () => {
  const { own } = await server();
  // Any address but 127.0.0.1 is another machine's to Redis.
  const relay = await RedisRelay.start(own.url, '127.0.0.2');
  onTestFinished(() => relay.stop());
  const { queueHealth } = await health(relay.url);
  await vi.waitFor(async () => {
    expect(await queueHealth.trouble(60_000)).toMatch(/^refuses connections .* \(DENIED\); protected mode is on: set/);
  });
});

test.each([
  ['scripts', '~* &* +@all -eval'],
  ['its keys', '~other:* &* +@all'],
  ['writing', '~* &* +@read +@connection +info +config +eval'],
])('a user without the right to %s is said to lack it, until it has it', async (_what, rights) => {
  const { own, client } = await server({ settings: { user: `ada on >s3cret ${rights}` } });
  const live = await health(`redis://ada:s3cret@127.0.0.1:${own.port}`);
  await refused(live, 'NOPERM');
  await client.acl('SETUSER', 'ada', 'allkeys', 'allcommands');
  await recovered(live);
});

test('a Redis that cannot save its snapshots takes no writes, which is said until it can', async () => {
  const { own, client } = await server({ program: small(), settings: { appendonly: 'no', save: '3600 1' } });
  const live = await health(own.url);
  expect(await live.queueHealth.trouble(60_000)).toBeUndefined();
  await client.set('large', randomBytes(100_000));
  await client.bgsave();
  await refused(live, 'MISCONF');
  await client.config('SET', 'stop-writes-on-bgsave-error', 'no');
  await recovered(live);
});

test('full memory is warned of, and is no reason not to use Redis', async () => {
  const { own, client } = await server();
  const { queueHealth, warnings, recoveries } = await health(own.url);
  await client.config('SET', 'maxmemory', 100_000);
  for (let i = 0; i < 3; i += 1) expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/^Redis has used all of its maxmemory \(OOM\); .* raise maxmemory/)]);
  await client.config('SET', 'maxmemory', 0);
  expect(await queueHealth.trouble(60_000)).toBeUndefined();
  expect(recoveries).toHaveLength(1);
});

test('a Redis that loads its data is waited for, and says so', async () => {
  // It looks at connections after each KiB that it has loaded, and takes ten seconds for all unless it is hurried.
  const slowly = { 'key-load-delay': '500', 'loading-process-events-interval-bytes': '1024' };
  const { own, client } = await server({ settings: { ...slowly, appendonly: 'no', save: '3600 1' } });
  await client.eval("for i = 1, 20000 do redis.call('SET', 'key' .. i, i) end", 0);
  await client.save();
  await own.kill();
  const started = own.start();
  const loading = await health(own.url);
  await vi.waitFor(async () =>
    expect(await loading.queueHealth.trouble(60_000)).toMatch(/^is loading .* \(LOADING\); /),
  );
  // A connection that asks first whether Redis is ready would wait for as long as Redis thinks that loading takes.
  const hurrying = own.client({ enableReadyCheck: false });
  onTestFinished(() => hurrying.disconnect());
  await hurrying.config('SET', 'key-load-delay', '0');
  await started;
  await recovered(loading);
});

test('a script that does not end is said to keep Redis busy', async () => {
  const { own, client } = await server({ settings: { 'lua-time-limit': '50' } });
  const live = await health(own.url);
  const other = own.client();
  onTestFinished(() => other.disconnect());
  await other.ping();
  const endless = client.eval('while true do end', 0).catch(() => undefined);
  await vi.waitFor(async () =>
    expect(await live.queueHealth.trouble(60_000)).toContain('(BUSY); end it with SCRIPT KILL'),
  );
  await other.script('KILL');
  await endless;
  await vi.waitFor(async () => expect(await live.queueHealth.trouble(60_000)).toBeUndefined());
});

test('too few replicas, and a replica whose primary is gone, are said', async () => {
  const alone = await server({ settings: { 'min-replicas-to-write': '1' } });
  const live = await health(alone.own.url);
  await refused(live, 'NOREPLICAS');
  await alone.client.config('SET', 'min-replicas-to-write', '0');
  await recovered(live);
  const orphan = { replicaof: `127.0.0.1 ${await freePort()}`, 'replica-serve-stale-data': 'no' };
  const { queueHealth } = await health((await server({ settings: orphan })).own.url);
  expect(await queueHealth.trouble(60_000)).toMatch(/^is a replica .*; REDIS_URL has to lead to the primary/);
});

test('a Redis without the database that its address names is not used', async () => {
  const { own } = await server({ settings: { databases: '4' } });
  const { queueHealth } = await health(`${own.url}/4`);
  const trouble = 'cannot use database 4, which REDIS_URL names: ERR DB index is out of range';
  await vi.waitFor(async () => expect(await queueHealth.trouble(60_000)).toBe(trouble));
  const { queueHealth: other } = await health(`${own.url}/3`);
  expect(await other.trouble(60_000)).toBeUndefined();
});

test.each([
  ['redis-cluster', '', /^does not answer: connect ECONNREFUSED/],
  ['redis-sentinel', '#main', /^does not answer: connect ECONNREFUSED/],
  ['rediss-cluster', '', /^does not answer: connect ECONNREFUSED/],
])('where no node or sentinel is there (%s), it says what became of a connection', async (scheme, rest, trouble) => {
  const { queueHealth } = await health(`${scheme}://127.0.0.1:${await freePort()}${rest}`);
  await vi.waitFor(async () => expect(await queueHealth.trouble(60_000)).toMatch(trouble));
});

test.each([
  ['rediss', ''],
  ['rediss-cluster', ''],
  ['rediss-sentinel', '#main'],
])('a port that takes no TLS is said to be one (%s)', async (scheme, rest) => {
  const { own } = await server();
  const { queueHealth } = await health(`${scheme}://127.0.0.1:${own.port}${rest}`);
  const trouble = `does not answer: 127.0.0.1:${own.port} answers no TLS; is it for redis…:// without an s?`;
  await vi.waitFor(async () => expect(await queueHealth.trouble(60_000)).toBe(trouble));
});

test('a frozen Redis does not answer', async () => {
  const { own } = await server();
  const { queueHealth } = await health(own.url);
  own.signal('SIGSTOP');
  expect(await queueHealth.trouble(100)).toBe('does not answer');
  own.signal('SIGCONT');
});

test.each([
  ['6.0.16', 'is 6.0.16; BlipQ needs 6.2 or later'],
  ['5.0.14', 'is 5.0.14; BlipQ needs 6.2 or later'],
  ['6.2.0', undefined],
  ['10.0.1', undefined],
])('Redis %s', (version, unfit) => {
  expect(judgeRedis(`# Server\r\nredis_version:${version}\r\nrole:master\r\n`, undefined).unfit).toBe(unfit);
});
