import { redisRefusal } from '@blipq/service';
import { Redis } from 'ioredis';
import { connectionTrouble } from '../redis/connection-trouble.js';
import { queueKeys } from '../redis/keys.js';
import { type OnError, open, producerRedis, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { judgeRedis, type RedisFitness } from '../redis/redis-fitness.js';

export interface QueueHealthOptions extends QueueAddress {
  /** Told a sentence about each server that has a fault, once, with the first word of what it replies because of it. */
  onWarning?: (sentence: string, code?: string) => void;
  /** Told when Redis answers after errors of this connection, or takes again what it refused. */
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
  readonly #onWarning: (sentence: string, code?: string) => void;
  readonly #onRecovery: () => void;
  #warned = '';
  /** Whether it refused something when it was asked last. */
  #refuses = false;
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
    this.#onRecovery = onRecovery;
    this.#redis.on('ready', () => {
      if (this.#lastError !== undefined) onRecovery();
      this.#lastError = undefined;
      void this.trouble(1500);
    });
    // A server that loads its data takes connections without answering; ioredis overhears that protected mode is on.
    let asking: NodeJS.Timeout | undefined;
    this.#redis.on('connect', () => {
      clearTimeout(asking);
      asking = setTimeout(() => void (this.#redis.status === 'ready' || this.trouble(1500)), 500).unref();
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
    if (sentence !== '' && this.#warned !== fitness.runId + sentence)
      this.#onWarning(`Redis ${sentence}`, fitness.code);
    this.#warned = fitness.runId + sentence;
    if (this.#refuses && fitness.code === undefined) this.#onRecovery();
    this.#refuses = fitness.code !== undefined;
    return fitness.unfit;
  }

  async #within(timeoutMs: number): Promise<RedisFitness | string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, away());
    });
    const isReady = this.#redis.status === 'ready';
    const answered = isReady ? this.#ask().catch(refusedOrAway) : this.#absence();
    return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }

  /** Why there is no connection. */
  async #absence(): Promise<string> {
    const redis = this.#redis;
    const isConnected = redis instanceof Redis && redis.status === 'connect';
    if (!isConnected && !vague.test(reasonOf(this.#lastError))) return away(this.#lastError);
    const error = isConnected ? await pinged(redis) : await connectionTrouble(this.#redisUrl);
    if (error !== undefined) this.#onError(error);
    this.#lastError = error ?? this.#lastError;
    return away(this.#lastError);
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
    if (absence !== null) {
      return { ...fitness, unfit: `cannot use database ${database}, which REDIS_URL names: ${absence.message}` };
    }
    // It writes nothing, and is refused as all that writes is, which most of what we ask of it does.
    if (fitness.unfit === undefined) await this.#redis.eval("return redis.call('ZREM', KEYS[1], '')", 1, this.#key);
    return fitness;
  }

  stop(): void {
    this.#redis.disconnect();
  }
}

/** The ends of what ioredis says where it does not say why. */
const vague = /(^|Connection is closed\.|timeout|timed out|ETIMEDOUT|EPIPE|ECONNRESET)$/;

/** ioredis goes on with database 0 when it is refused the one that it was told. A cluster has no other. */
function databaseOf(redis: RedisClient): number {
  return redis instanceof Redis ? (redis.options.db ?? 0) : 0;
}

/** What a server says that takes connections and is not ready. */
async function pinged(redis: Redis): Promise<Error | undefined> {
  const own = redis.duplicate({
    ...{ enableReadyCheck: false, enableOfflineQueue: true, lazyConnect: true, commandTimeout: 700 },
    ...{ retryStrategy: () => null, sentinelRetryStrategy: () => null },
  });
  own.on('error', () => undefined);
  return await own
    .ping()
    .then(
      () => undefined,
      (error: Error) => error,
    )
    .finally(() => own.disconnect());
}

function refusedOrAway(error: Error): RedisFitness | string {
  const refusal = redisRefusal(error);
  if (refusal === undefined) return away(error);
  return { unfit: refusal.sentence, code: refusal.code, persists: undefined, runId: '' };
}

function away(error?: ConnectionError): string {
  const refusal = redisRefusal(error?.lastNodeError ?? error ?? new Error());
  if (refusal !== undefined) return refusal.sentence;
  const reason = reasonOf(error);
  return reason === '' ? 'does not answer' : `does not answer: ${reason}`;
}

function reasonOf(error?: ConnectionError): string {
  return error?.lastNodeError?.message ?? (error?.message || error?.code || '');
}
