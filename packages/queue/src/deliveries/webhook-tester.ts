import { setTimeout as delay } from 'node:timers/promises';
import type { PingEvent, WebhookTest } from '@blipq/contracts';
import { consumerRedis, type OnError, open, type QueueAddress, type RedisClient } from '../redis/redis-client.js';
import { type DeliveryKeys, deliveryKeys } from './delivery-keys.js';
import type { AskedTest } from './scripts/ask-test.js';
import type { TestNews } from './webhook-tests.js';

/** A `ping` to send. */
export interface PingWork extends AskedTest {
  body: Buffer;
  /** Now, on Redis's clock. */
  at: Date;
}

export interface WebhookTesterOptions extends QueueAddress {
  /** Sends a `ping` and says what came of it. */
  send: (work: PingWork, signal: AbortSignal) => Promise<WebhookTest>;
  /** Told what came of each. */
  onSent?: (work: PingWork, test: WebhookTest) => void;
  /** Tests in hand at once. Default 16. */
  concurrency?: number;
  onError?: OnError;
}

/** How long one read waits for a test, in seconds, and how long after that a connection counts as dead. */
const blockS = 5;
const patienceS = 3;

/** Takes the tests of webhooks that callers ask for, each test by one notifier. */
export class WebhookTester {
  readonly #options: WebhookTesterOptions;
  readonly #onError: OnError;
  readonly #keys: DeliveryKeys;
  readonly #reader: RedisClient;
  readonly #redis: RedisClient;
  readonly #stopping = new AbortController();
  readonly #inHand = new Set<Promise<void>>();

  constructor(options: WebhookTesterOptions) {
    this.#options = options;
    this.#onError = options.onError ?? (() => undefined);
    this.#keys = deliveryKeys(options);
    this.#reader = consumerRedis(options.redisUrl, this.#onError);
    this.#redis = consumerRedis(options.redisUrl, this.#onError);
  }

  /** Connects and takes tests from then on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await Promise.all([open(this.#reader), open(this.#redis)]);
    void this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { concurrency = 16 } = this.#options;
    while (!signal.aborted) {
      try {
        const test = await this.#next();
        if (test !== undefined) this.#begin(test);
        if (this.#inHand.size >= concurrency) await Promise.race(this.#inHand);
      } catch (error) {
        if (signal.aborted) return;
        this.#onError(error as Error);
        await delay(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #next(): Promise<(AskedTest & { expires_ms: number }) | undefined> {
    const watchdog = setTimeout(() => this.#reader.disconnect(true), (blockS + patienceS) * 1000);
    try {
      const popped = await this.#reader.blpop(this.#keys.tests, blockS);
      return popped === null ? undefined : JSON.parse(popped[1]);
    } finally {
      clearTimeout(watchdog);
    }
  }

  #begin(test: AskedTest & { expires_ms: number }): void {
    const done = this.#send(test)
      .catch(this.#onError)
      .finally(() => this.#inHand.delete(done));
    this.#inHand.add(done);
  }

  async #send({ expires_ms, ...test }: AskedTest & { expires_ms: number }): Promise<void> {
    const [seconds = 0, microseconds = 0] = (await this.#redis.time()).map(Number);
    const at = new Date(seconds * 1000 + Math.floor(microseconds / 1000));
    // Nobody waits for it any longer.
    if (at.getTime() > expires_ms) return;
    await this.#tell({ id: test.id, state: 'taken' });
    const ping: PingEvent = { type: 'ping', timestamp: at.toISOString(), data: { object: 'ping' } };
    const work = { ...test, at, body: Buffer.from(JSON.stringify(ping)) };
    try {
      const made = await this.#options.send(work, this.#stopping.signal);
      await this.#tell({ id: test.id, state: 'sent', test: made });
      this.#options.onSent?.(work, made);
    } catch (error) {
      await this.#tell({ id: test.id, state: 'dropped' });
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  async #tell(news: TestNews): Promise<void> {
    await this.#redis.publish(this.#keys.tested, JSON.stringify(news));
  }

  /** Takes no more tests and drops those in hand: their callers learn it at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the notifier is stopping'));
    this.#reader.disconnect();
    if (this.#redis.status === 'ready') await Promise.all(this.#inHand);
    this.#redis.disconnect();
  }
}
