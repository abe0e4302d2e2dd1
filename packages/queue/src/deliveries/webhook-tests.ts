import { EventEmitter, on } from 'node:events';
import { BlipqError, newPingId, type WebhookTest } from '@blipq/contracts';
import {
  asking,
  type OnError,
  open,
  producerRedis,
  type QueueAddress,
  type RedisClient,
} from '../redis/redis-client.js';
import { subscribe } from '../redis/subscribe.js';
import { type DeliveryKeys, deliveryKeys } from './delivery-keys.js';
import { type AskedTest, askTest } from './scripts/ask-test.js';

/** What a notifier says of a test that it took. `dropped`: it stops before the receiver has answered. */
export type TestNews = { id: string } & ({ state: 'taken' | 'dropped' } | { state: 'sent'; test: WebhookTest });

export interface WebhookTestsOptions extends QueueAddress {
  /** How long Redis may take to answer one command, in milliseconds. Default 1500. */
  commandTimeoutMs?: number;
  /** How long a test waits for a notifier, in milliseconds. Default 5000. */
  takenWithinMs?: number;
  /** How long a notifier that took a test may then be silent, in milliseconds. Default 25 000. */
  sentWithinMs?: number;
  onError?: OnError;
}

/**
 * Has webhooks tested by a notifier: it alone has the secrets and the way to receivers that real webhooks have. Nothing
 * of a test is kept; one whose notifier dies is not sent again.
 */
export class WebhookTests {
  readonly #redis: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #keys: DeliveryKeys;
  readonly #patience: { takenMs: number; sentMs: number };
  /** Emits what is said of a test under its id. */
  readonly #said = new EventEmitter().setMaxListeners(0);

  constructor(options: WebhookTestsOptions) {
    const { redisUrl, commandTimeoutMs = 1500, takenWithinMs = 5000, sentWithinMs = 25_000, ...more } = options;
    const { onError = () => undefined, ...names } = more;
    this.#redis = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#subscriber = producerRedis(redisUrl, commandTimeoutMs, onError);
    this.#keys = deliveryKeys(names);
    this.#patience = { takenMs: takenWithinMs, sentMs: sentWithinMs };
    this.#subscriber.on('message', (_channel: string, message: string) => {
      const news = JSON.parse(message) as TestNews;
      this.#said.emit(news.id, news);
    });
  }

  /** Connects. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await Promise.all([open(this.#redis), open(this.#subscriber)]);
    await subscribe(this.#subscriber, this.#keys.tested);
  }

  /**
   * Sends a `ping` and says what its receiver did.
   *
   * @throws BlipqError `notifier_unavailable`, `queue_full`, `queue_unavailable`; the signal's reason when it aborts
   */
  async send(draft: Omit<AskedTest, 'id'>, signal: AbortSignal): Promise<WebhookTest> {
    const test = { id: newPingId(), ...draft };
    const { takenMs, sentMs } = this.#patience;
    const late = new AbortController();
    const ended = AbortSignal.any([signal, late.signal]);
    const said = on(this.#said, test.id, { signal: ended });
    let timer: NodeJS.Timeout | undefined;
    const awaitNews = () => {
      clearTimeout(timer);
      const silent = unavailable('The notifier that took the test stopped reporting.');
      timer = setTimeout(() => late.abort(silent), sentMs).unref();
    };
    const takeBack = async (waiting: string) => {
      // What could be taken back is sent by nobody. Otherwise a notifier has it, whose news is on its way.
      if ((await asking(() => this.#redis.lrem(this.#keys.tests, 1, waiting))) === 0) awaitNews();
      else late.abort(unavailable('No notifier took the test: none runs, or all are busy.'));
    };
    try {
      // By then nothing that is published is missed, also right after a reconnection.
      await asking(() => this.#subscriber.subscribe(this.#keys.tested));
      const target = { redis: this.#redis, root: this.#keys.root };
      const waiting = await asking(() => askTest(target, test, takenMs + sentMs));
      if (waiting === null) throw tooMany();
      timer = setTimeout(() => void takeBack(waiting).catch((error) => late.abort(error)), takenMs);
      for await (const [news] of said as AsyncIterable<[TestNews]>) {
        if (news.state === 'sent') return news.test;
        if (news.state === 'dropped') break;
        awaitNews();
      }
      throw unavailable('The notifier that took the test could not send it, or is stopping.');
    } catch (error) {
      throw ended.aborted ? ended.reason : error;
    } finally {
      clearTimeout(timer);
      await said.return?.();
    }
  }

  stop(): void {
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }
}

function unavailable(detail: string): BlipqError {
  return new BlipqError('notifier_unavailable', detail, { retryAfterS: 5 });
}

function tooMany(): BlipqError {
  return new BlipqError('queue_full', 'Too many tests of webhooks wait for a notifier. Try again in a few seconds.', {
    retryAfterS: 5,
  });
}
