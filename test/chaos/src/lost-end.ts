import { setTimeout as pause } from 'node:timers/promises';
import type { RedisServer } from './redis-server.js';

/** What of it Redis has left says up to when it has everything. */
const mark = 'somebody-else:mark';
const markEveryMs = 10;
/** A disk may take as long for one write as Redis is to write at all: a share of so many marks has some. */
const marksMin = 10;
/** How long Redis is away, so that everybody has heard what it said before. */
const awayMs = 1000;

interface LostEnd {
  /** For how long Redis at least writes what it may then lose, in milliseconds. */
  ms: number;
  /** Which share of that is left, from 0 to 1. */
  share: number;
  now: () => number;
}

/**
 * Kills Redis, cuts its append-only file at some byte, and has Redis come back with what is left, as after a crash of a
 * machine whose disk had not everything.
 *
 * @returns since when what anybody was told may be lost: all that was acknowledged before is there
 */
export async function loseEnd(redis: RedisServer, { ms, share, now }: LostEnd): Promise<number> {
  const sentAt: number[] = [];
  const note = async () => {
    sentAt.push(now());
    await redis.direct.set(mark, sentAt.length - 1);
  };
  await note();
  const from = redis.appended();
  for (const until = now() + ms; now() < until || sentAt.length < marksMin; await pause(markEveryMs)) await note();
  await redis.kill();
  redis.cut(from, share);
  await pause(awayMs);
  await redis.start();
  return sentAt[Number(await redis.direct.get(mark))]!;
}
