import { setTimeout as pause } from 'node:timers/promises';
import { type Task, taskNames } from '@blipq/contracts';
import type { Redis } from 'ioredis';
import { terminalStates } from './ledger.js';

const root = 'blipq:{captions}';
const pollMs = 50;

/** What some processes had begun and not ended at one moment, and when it has gone on since. */
export class InHand {
  static readonly nothing = { movedOn: async () => {} };
  readonly #redis: Redis;
  readonly #kind: 'record' | 'delivery';
  /** By id: how often each had been begun. */
  readonly #attempts: Map<string, number>;

  private constructor(redis: Redis, kind: 'record' | 'delivery', attempts: Map<string, number>) {
    this.#redis = redis;
    this.#kind = kind;
    this.#attempts = attempts;
  }

  get size(): number {
    return this.#attempts.size;
  }

  /** What workers have in hand now, and still have after `ms`: all, or those of one task. */
  static async ofWorkers(redis: Redis, { ms = 0, task }: { ms?: number; task?: Task } = {}): Promise<InHand> {
    const before = await activeCaptions(redis, task);
    await pause(ms);
    const after = new Set(ms === 0 ? before : await activeCaptions(redis, task));
    return await InHand.#of(
      redis,
      'record',
      before.filter((id) => after.has(id)),
    );
  }

  static async ofNotifiers(redis: Redis): Promise<InHand> {
    const jobs = await redis.lrange(`${root}:notify:active`, 0, -1);
    return await InHand.#of(
      redis,
      'delivery',
      jobs.map((id) => id.replace(/[^A-Za-z0-9_].*$/, '')),
    );
  }

  static async #of(redis: Redis, kind: 'record' | 'delivery', ids: string[]): Promise<InHand> {
    const attempts = new Map<string, number>();
    for (const id of ids) {
      const [state, attempt] = await redis.hmget(`${root}:${kind}:${id}`, 'state', 'attempt');
      if (state === 'processing' || state === 'pending') attempts.set(id, Number(attempt));
    }
    return new InHand(redis, kind, attempts);
  }

  /** Resolves when each has ended or been begun again. */
  async movedOn(): Promise<void> {
    const left = new Map(this.#attempts);
    while (left.size > 0) {
      for (const [id, before] of left) {
        const [state, attempt] = await this.#redis.hmget(`${root}:${this.#kind}:${id}`, 'state', 'attempt');
        const ended = state === null || [...terminalStates, 'delivered'].includes(state!);
        if (ended || Number(attempt) > before) left.delete(id);
      }
      if (left.size > 0) await pause(pollMs);
    }
  }
}

async function activeCaptions(redis: Redis, task: Task | undefined): Promise<string[]> {
  const names = await redis.smembers(`${root}:jobs:names`);
  // `<collection>.<model>`
  const own = task === undefined ? names : names.filter((name) => name.startsWith(`${taskNames[task].collection}.`));
  const lists = await Promise.all(own.map((name) => redis.lrange(`${root}:jobs:${name}:active`, 0, -1)));
  return lists.flat();
}
