import { Redis } from 'ioredis';
import { connectionTrouble } from '../redis/connection-trouble.js';
import { queueKeys } from '../redis/keys.js';
import { type OnError, open, producerRedis, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { judgeRedis, type RedisFitness } from '../redis/redis-fitness.js';

export interface QueueHealthOptions extends QueueAddress {
  /** Told a sentence about each server that has a fault, once. */
  onWarning?: (sentence: string) => void;
  /** Told when Redis answers after errors of this connection. */
  onRecovery?: () => void;
  onError?: OnError;
}

/** What ioredis says: of a cluster, with the reason beside. */
type ConnectionError = Error & { code?: string; lastNodeError?: Error };

/** Whether Redis answers and can be trusted with captions: what readiness asks, and nothing else. */
export class QueueHealth {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #redisUrl: string;
  readonly #onError: OnError;
  readonly #onWarning: (sentence: string) => void;
  #warned = '';
  #lastError: ConnectionError | undefined;
  #persists: boolean | undefined;

  constructor(options: QueueHealthOptions) {
    const {
      onWarning = () => undefined,
      onRecovery = () => undefined,
      onError = () => undefined,
      ...address
    } = options;
    this.#redis = producerRedis(address.redisUrl, 1500, (error) => {
      this.#lastError = error;
      onError(error);
    });
    this.#key = queueKeys(address).root;
    this.#redisUrl = address.redisUrl;
    this.#onError = onError;
    this.#onWarning = onWarning;
    this.#redis.on('ready', () => {
      if (this.#lastError !== undefined) onRecovery();
      this.#lastError = undefined;
      void this.trouble(1500);
    });
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
  }

  /** Whether the server seen last writes to its disk; undefined before there was one. */
  get persists(): boolean | undefined {
    return this.#persists;
  }

  /**
   * What is wrong, as the rest of a sentence that begins with "Redis", or undefined. Answers within `timeoutMs`.
   */
  async trouble(timeoutMs: number): Promise<string | undefined> {
    const fitness = await this.#within(timeoutMs);
    if (typeof fitness === 'string') return fitness;
    this.#persists = fitness.persists;
    const sentence = fitness.unfit ?? fitness.warning ?? '';
    if (sentence !== '' && this.#warned !== fitness.runId + sentence) this.#onWarning(`Redis ${sentence}`);
    this.#warned = fitness.runId + sentence;
    return fitness.unfit;
  }

  async #within(timeoutMs: number): Promise<RedisFitness | string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, away());
    });
    const isReady = this.#redis.status === 'ready';
    const answered = isReady ? this.#ask().catch((error: Error) => away(error)) : this.#absence();
    return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }

  /** Why there is no connection. */
  async #absence(): Promise<string> {
    if (!vague.test(away(this.#lastError))) return away(this.#lastError);
    const error = await connectionTrouble(this.#redisUrl);
    if (error !== undefined) this.#onError(error);
    return away(error ?? this.#lastError);
  }

  /** Of a cluster it asks the node that has the queue, which the key says. */
  async #ask(): Promise<RedisFitness> {
    const commands = this.#redis.pipeline().exists(this.#key).info().config('GET', 'save');
    const database = databaseOf(this.#redis);
    if (database > 0) commands.select(database);
    const replies = await commands.exec();
    const [[failure] = [null], [, info] = [], [, save] = [], [absence] = [null]] = replies ?? [];
    if (failure !== null) throw failure;
    this.#lastError = undefined;
    // INFO and CONFIG are forbidden to some users and at some services.
    const fitness = judgeRedis(typeof info === 'string' ? info : '', Array.isArray(save) ? String(save[1]) : undefined);
    if (absence === null) return fitness;
    return { ...fitness, unfit: `cannot use database ${database}, which REDIS_URL names: ${absence.message}` };
  }

  stop(): void {
    this.#redis.disconnect();
  }
}

/** The ends of what ioredis says where it does not say why. */
const vague = /(does not answer|Connection is closed\.|timeout|timed out|ETIMEDOUT)$/;

/** ioredis goes on with database 0 when it is refused the one that it was told. A cluster has no other. */
function databaseOf(redis: RedisClient): number {
  return redis instanceof Redis ? (redis.options.db ?? 0) : 0;
}

function away(error?: ConnectionError): string {
  const reason = error?.lastNodeError?.message ?? (error?.message || error?.code);
  return reason ? `does not answer: ${reason}` : 'does not answer';
}
