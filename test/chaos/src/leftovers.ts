import type { Redis } from 'ioredis';

const root = 'blipq:{captions}';
/** How long pixels may wait for their record, in milliseconds. */
const unclaimedMs = 60_000;

/** What must be nothing once all work has ended and the retry window is over: a command and what it may answer. */
const mustBeEmpty = [
  ['ZCARD', 'open'],
  ['HLEN', 'owners'],
  ['HLEN', 'load'],
  ['ZCARD', 'unfetched'],
  ['SCARD', 'fetch-queues'],
  ['ZCARD', 'fetch-due'],
  ['SCARD', 'fetching'],
  ['ZCARD', 'images'],
  ['ZCARD', 'kept'],
  ['XLEN', 'outbox'],
  ['LLEN', 'notify:wait'],
  ['LLEN', 'notify:active'],
  ['ZCARD', 'notify:delayed'],
  ['ZCARD', 'notify:prioritized'],
] as const;

/** What is left of work in Redis. */
export async function leftovers(redis: Redis): Promise<string[]> {
  const found: string[] = [];
  const empty = async (command: string, key: string) => {
    const count = Number(await redis.call(command, `${root}:${key}`));
    if (count > 0) found.push(`${command} ${key} = ${count}`);
  };
  for (const [command, key] of mustBeEmpty) await empty(command, key);
  for (const name of await redis.smembers(`${root}:jobs:names`)) {
    for (const list of ['wait', 'active']) await empty('LLEN', `jobs:${name}:${list}`);
    for (const set of ['prioritized', 'delayed']) await empty('ZCARD', `jobs:${name}:${set}`);
  }
  for (const key of await keysOf(redis)) {
    const name = key.slice(root.length + 1);
    if (name.startsWith('pixels:')) await checkPixels(redis, key, found);
    if (/^(fetches|ahead|asked|parked):/.test(name)) found.push(`of what is to be fetched: ${name}`);
    if (/^jobs:.*:lock$/.test(name)) found.push(`a lock: ${name}`);
    if (/^notify:msg_[^:]*$/.test(name)) found.push(`a job: ${name}`);
    // Of captions that were given up, BullMQ keeps the failed job for a day.
    if (/^jobs:.*:((cap|ans|mat)_[^:]*)$/.test(name) && (await redis.hexists(key, 'failedReason')) === 0)
      found.push(`a job: ${name} ${JSON.stringify(await redis.hgetall(key))}`);
    if (name.startsWith('idempotency:')) await checkIdempotency(redis, key, found);
  }
  return found;
}

async function keysOf(redis: Redis): Promise<string[]> {
  const keys: string[] = [];
  for await (const batch of redis.scanStream({ match: `${root}:*`, count: 1000 })) keys.push(...(batch as string[]));
  return keys;
}

/** What a gateway stored that died before it wrote the record may be there for a moment longer. */
async function checkPixels(redis: Redis, key: string, found: string[]): Promise<void> {
  const [ms, record] = [await redis.pttl(key), `${root}:record:${key.split(':').at(-1)!.split('.')[0]}`];
  const claimed = `${root}:pixels:${await redis.hget(record, 'pixels')}` === key;
  if (claimed || ms > unclaimedMs) found.push(`${key}, for ${ms} ms more`);
}

async function checkIdempotency(redis: Redis, key: string, found: string[]): Promise<void> {
  const id = (await redis.get(key))?.split(' ')[0];
  const kind = id?.startsWith('bat_') ? 'batch' : 'record';
  if (id !== undefined && (await redis.exists(`${root}:${kind}:${id}`)) === 0) found.push(`a key of nothing: ${id}`);
}
