import { queueKeys } from './keys.js';
import { QueueClient, type QueueClientOptions } from './queue-client.js';

/** New work is refused while Redis has used more of its `maxmemory` than this: the rest is for work that was accepted. */
const usableShare = 0.9;

export interface RedisMemoryOptions extends QueueClientOptions {
  /** How often Redis is asked, in milliseconds. Default 1000. */
  everyMs?: number;
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
export class RedisMemory extends QueueClient {
  readonly #key: string;
  readonly #everyMs: number;
  #use: MemoryUse | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ everyMs = 1000, ...address }: RedisMemoryOptions) {
    super(address);
    this.#key = queueKeys(address).root;
    this.#everyMs = everyMs;
  }

  /** Connects and asks from then on. Resolves whether Redis is there or not. */
  override async start(): Promise<void> {
    await super.start();
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
    if (this.redis.status !== 'ready') return;
    const replies = await this.redis
      .pipeline()
      .exists(this.#key)
      .info('memory')
      .exec()
      .catch(() => null);
    const info = replies?.[1]?.[1];
    if (typeof info === 'string') this.#use = useOf(info);
  }

  override async stop(): Promise<void> {
    clearInterval(this.#timer);
    await super.stop();
  }
}

function useOf(info: string): MemoryUse {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: figure('used_memory'), max: figure('maxmemory') };
}
