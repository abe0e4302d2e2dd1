import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-address.js';

test('one server, with the port that Redis has by default', () => {
  for (const url of ['redis://localhost', 'rediss://:s%40cret@redis.example:6380/3', 'redis://[::1]:7000?family=6']) {
    expect(parseRedisUrl(url)).toMatchObject({ kind: 'single', url });
  }
  expect(parseRedisUrl('redis://localhost')?.nodes).toEqual([{ host: 'localhost', port: 6379 }]);
  expect(parseRedisUrl('redis://[::1]:7000')?.nodes).toEqual([{ host: '::1', port: 7000 }]);
});

test('sentinels, the name of their master, and passwords of both', () => {
  const url = 'redis-sentinel://me:s%2Fcret:2@one,two:26380,[fe80::1]:26381/4?sentinelPassword=other%26#my%20master';
  expect(parseRedisUrl(url)).toEqual({
    kind: 'sentinel',
    nodes: [
      { host: 'one', port: 26_379 },
      { host: 'two', port: 26_380 },
      { host: 'fe80::1', port: 26_381 },
    ],
    master: 'my master',
    db: 4,
    tls: false,
    username: 'me',
    password: 's/cret:2',
    sentinelPassword: 'other&',
  });
});

test('nodes of a cluster', () => {
  expect(parseRedisUrl('rediss-cluster://:secret@one,two:7001')).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
    ],
    tls: true,
    password: 'secret',
  });
});

test.each([
  'localhost',
  'http://localhost',
  'redis://',
  'redis://one,two',
  'redis://host:70000',
  'redis://host/queue',
  'redis://host#master',
  'redis://:100%@host',
  'redis-sentinel://one,two',
  'redis-sentinel://one,two#',
  'redis-sentinel://one,,two#master',
  'redis-sentinel://one:x#master',
  'redis-sentinel://:%zz@one#master',
  'redis-cluster://one,two/1',
  'redis-cluster://one two',
])('%s is no address', (url) => {
  expect(parseRedisUrl(url)).toBeUndefined();
});
