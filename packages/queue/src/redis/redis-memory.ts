import { queueKeys } from './keys.js';
import { type OnError, open, producerRedis, type QueueAddress, type RedisClient } from './redis-client.js';

/** New work is refused while Redis has used more of its `maxmemory` than this: the rest is for work that was accepted. */
const usableShare = 0.9;

export interface RedisMemoryOptions extends QueueAddress {
  /** How often Redis is asked, in milliseconds. Default 1000. */
  everyMs?: number;
  onError?: OnError;
}

/** How much memory Redis has and uses, in bytes. */
export interface MemoryUse {
  used: number;
  /** Its `maxmemory`; 0 for no limit. */
  max: number;
}

/**
 * Watches the memory of Redis, by its own word (`used_memory` and `maxmemory` of INFO), whoever fills it. Of a cluster it
 * asks the node that has the queue. A server that may not be asked INFO counts as one without a limit.
 */
export class RedisMemory {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #everyMs: number;
  #use: MemoryUse | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ everyMs = 1000, onError = () => undefined, ...address }: RedisMemoryOptions) {
    this.#redis = producerRedis(address.redisUrl, 1500, onError);
    this.#key = queueKeys(address).root;
    this.#everyMs = everyMs;
  }

  /** Connects and asks from then on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), this.#everyMs).unref();
  }

  /** As Redis said last; undefined before it has. */
  get use(): MemoryUse | undefined {
    return this.#use;
  }

  /** Bytes that new work may take; at most 0 when it may take none. Undefined where there is no limit. */
  get room(): number | undefined {
    return this.#use === undefined || this.#use.max === 0 ? undefined : usableShare * this.#use.max - this.#use.used;
  }

  /** Whether Redis refuses writes that need memory. */
  get isFull(): boolean {
    return this.#use !== undefined && this.#use.max > 0 && this.#use.used >= this.#use.max;
  }

  /** Asks now. What was known before stays when Redis does not answer. */
  async refresh(): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    const replies = await this.#redis
      .pipeline()
      .exists(this.#key)
      .info('memory')
      .exec()
      .catch(() => null);
    const info = replies?.[1]?.[1];
    if (typeof info === 'string') this.#use = useOf(info);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }
}

function useOf(info: string): MemoryUse {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: figure('used_memory'), max: figure('maxmemory') };
}
