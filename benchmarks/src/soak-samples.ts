import type { Redis } from 'ioredis';
import { processMemory } from './process-memory.js';
import type { SoakSystem } from './soak-system.js';

/** Resident memory of each process, in bytes, some time after the start. */
export interface Sample {
  atS: number;
  rss: Record<string, number>;
  open: number;
  loopDelayMs: Record<string, number>;
}

export async function takeSample(system: SoakSystem, redis: Redis, atS: number): Promise<Sample> {
  const rss: Record<string, number> = {};
  for (const [name, pids] of Object.entries(system.pids)) rss[name] = pids.reduce((sum, pid) => sum + rssOf(pid), 0);
  const loopDelayMs: Record<string, number> = {};
  for (const name of ['gateway', 'worker', 'notifier'] as const) loopDelayMs[name] = await system.loopDelayMs(name);
  const open = await redis.zcard('blipq:{captions}:open');
  return { atS, rss, open, loopDelayMs };
}

function rssOf(pid: number): number {
  const { anonymous, file } = processMemory(pid);
  return anonymous + file;
}

/** What Redis keeps, by kind of key: how many, and about how much they take; and its own count of it all, in bytes. */
export interface Census {
  kinds: Map<string, { keys: number; bytes: number }>;
  used: number;
  /** By how much that count fell because the census looked at keys that had expired and were still there. */
  freed: number;
}

export async function censusOf(redis: Redis): Promise<Census> {
  const before = await usedBy(redis);
  const kinds = await kindsOf(redis);
  // Only now: Redis lets a tenth of the keys that expire stay until somebody looks at them, as the census has.
  const used = await usedBy(redis);
  return { kinds, used, freed: before - used };
}

async function usedBy(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

async function kindsOf(redis: Redis): Promise<Census['kinds']> {
  const sizes = new Map<string, { keys: number; sampled: number; bytes: number }>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 1000);
    cursor = next;
    for (const key of keys) {
      const kind = kindOf(key);
      const size = sizes.get(kind) ?? { keys: 0, sampled: 0, bytes: 0 };
      sizes.set(kind, size);
      size.keys += 1;
      // Collections are few and large; of what is alike, some say enough.
      if (size.sampled >= 200) continue;
      const bytes = (await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')) as number | null;
      size.sampled += 1;
      size.bytes += bytes ?? 0;
    }
  } while (cursor !== '0');
  const census = new Map(
    [...sizes].map(([kind, { keys, sampled, bytes }]) => [kind, { keys, bytes: Math.round((bytes / sampled) * keys) }]),
  );
  return census.set('(tables of keys)', { keys: 2, bytes: await tablesOf(redis) });
}

/** Redis's own tables of all keys and of their expiries. */
async function tablesOf(redis: Redis): Promise<number> {
  const stats = (await redis.call('MEMORY', 'STATS')) as unknown[];
  const database = (stats[stats.indexOf('db.0') + 1] ?? []) as (string | number)[];
  return ['overhead.hashtable.main', 'overhead.hashtable.expires']
    .map((name) => Number(database[database.indexOf(name) + 1] ?? 0))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** `blipq:{captions}:record:cap_…` is a record. */
function kindOf(key: string): string {
  const [, , kind = key, rest] = key.split(':');
  return kind === 'jobs' || kind === 'notify' ? `${kind}, ${rest === undefined ? '' : 'BullMQ'}` : kind;
}
