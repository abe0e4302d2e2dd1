import { randomBytes } from 'node:crypto';
import { BlipqError, failedWith, type ImageFacts } from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { addJob, JobQueues } from '../records/jobs.js';
import { outcomeFields } from '../records/record.js';
import { resultHash } from '../records/result-hash.js';
import { flatFields, type HashFields } from '../redis/hash-fields.js';
import { type QueueKeys, queueKeys } from '../redis/keys.js';
import {
  asking,
  consumerRedis,
  type OnError,
  open,
  type QueueAddress,
  type RedisClient,
} from '../redis/redis-client.js';
import { answerMs, settlesWithin } from '../redis/settles-within.js';
import { leaseMs } from './lease-ms.js';
import { claimFetches, type FetchTerms } from './scripts/claim-fetches.js';
import { renewFetches } from './scripts/renew-fetches.js';
import { settleFetch } from './scripts/settle-fetch.js';

/** An image to fetch. */
export interface FetchWork {
  id: string;
  url: string;
  /** Of whom the work is. */
  tenant: string;
  /** Side of the square of pixels that it is to become. */
  size: number;
  /** From 1. */
  attempt: number;
}

export interface FetchedImage {
  image: ImageFacts;
  /** u8 [size, size, 3]. */
  pixels: Uint8Array;
  preprocessMs: number;
}

/**
 * What a failure means. `failed`: the item has failed for good. `again`: another try may succeed. `back`: it was not tried,
 * for a reason of this process's own. `answered`: whether its host answers; undefined where that was not found out.
 */
export interface FetchVerdict {
  outcome: 'failed' | 'again' | 'back';
  answered?: boolean;
}

export interface FetchWorkerOptions extends QueueAddress {
  /** Fetches an image and turns it into pixels. */
  handler: (work: FetchWork, signal: AbortSignal) => Promise<FetchedImage>;
  verdictOf: (error: BlipqError) => FetchVerdict;
  /** Images in hand at once. */
  concurrency: number;
  /** Images that one host is asked for at once, by all gateways together. */
  perHost: number;
  /** Images of a model that are fetched ahead of its workers, and the bytes of their pixels. */
  aheadMax: number;
  aheadBytesMax: number;
  openMax: number;
  bytesMax: number;
  memoryRoom?: () => number | undefined;
  imageTtlS?: number;
  /** How long a result may answer equal captions, in seconds. Default 0: not at all. */
  reuseS?: number;
  /** Between a try that failed and the next one, in milliseconds. Default 1 s, 10 s and a minute. */
  pausesMs?: readonly number[];
  /** How often it looks for work while there is none, in milliseconds. Default 250. */
  everyMs?: number;
  /** Told how each fetch ended: `fetched`, `again`, `back`, or the code of the error. */
  onFetch?: (outcome: string) => void;
  onError?: OnError;
}

const pausesMsDefault = [1000, 10_000, 60_000] as const;
/** What was put back by a process that had no room comes again after this, in milliseconds. */
const backMs = 1000;
/** How long pixels wait for the step that gives them their time, in milliseconds. */
const unclaimedMs = 60_000;

interface Held {
  token: string;
  abort: AbortController;
  done: Promise<void>;
}

/**
 * Fetches the images of work that waits for that, and passes the work on to the queue of its model. What it has in hand is
 * its own for as long as it says so; of a process that dies others take it over.
 */
export class FetchWorker {
  readonly #options: FetchWorkerOptions;
  readonly #onError: OnError;
  readonly #keys: QueueKeys;
  readonly #redis: RedisClient;
  readonly #target: ScriptTarget;
  readonly #held = new Map<string, Held>();
  #jobs: JobQueues | undefined;
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopping = false;

  constructor(options: FetchWorkerOptions) {
    this.#options = options;
    this.#onError = options.onError ?? (() => undefined);
    this.#keys = queueKeys(options);
    this.#redis = consumerRedis(options.redisUrl, this.#onError);
    this.#target = { redis: this.#redis, root: this.#keys.root };
  }

  /** Connects and takes work from then on. Resolves whether Redis is there or not. */
  async start(): Promise<void> {
    await open(this.#redis);
    this.#jobs = new JobQueues(this.#redis, this.#keys, this.#onError);
    this.#timer = setInterval(() => this.#look(), this.#options.everyMs ?? 250);
    this.#renewal = setInterval(() => void this.#renew().catch(this.#onError), leaseMs / 4);
  }

  /** Takes as much as there is a place for. */
  #look(): void {
    if (this.#stopping || this.#looking !== undefined) return;
    this.#looking = this.#claim()
      .catch(this.#onError)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #claim(): Promise<void> {
    const free = this.#options.concurrency - this.#held.size;
    if (free <= 0) return;
    const tokens = Array.from({ length: free }, () => randomBytes(9).toString('base64url'));
    for (const { id, record } of await claimFetches(this.#target, tokens, this.#terms())) {
      const abort = new AbortController();
      const token = record.fetch_token!;
      const done = this.#fetch(id, record, abort.signal)
        .catch(this.#onError)
        .finally(() => {
          if (this.#held.get(id)?.token === token) this.#held.delete(id);
          this.#look();
        });
      this.#held.set(id, { token, abort, done });
    }
  }

  #terms(): FetchTerms {
    const { aheadMax, aheadBytesMax, openMax, bytesMax, memoryRoom, perHost } = this.#options;
    const bounds = { ahead_max: aheadMax, ahead_bytes_max: aheadBytesMax, open_max: openMax, bytes_max: bytesMax };
    const down = new BlipqError(
      'fetch_failed',
      'The host did not answer the last requests, so it was not asked again.',
    );
    const down_error = outcomeFields(failedWith(down));
    return { ...bounds, per_host: perHost, pauses_ms: this.#pausesMs, down_error, memory_room: memoryRoom?.() };
  }

  get #pausesMs(): readonly number[] {
    return this.#options.pausesMs ?? pausesMsDefault;
  }

  async #fetch(id: string, record: HashFields, signal: AbortSignal): Promise<void> {
    const size = Math.round(Math.sqrt(Number(record.bytes) / 3));
    const { tenant, source, fetch_tries, fetch_token: token } = record;
    const work = { id, url: source!, tenant: tenant!, size, attempt: Number(fetch_tries) };
    let fetched: FetchedImage;
    try {
      fetched = await this.#options.handler(work, signal);
      await this.#store(record.pixels!, fetched.pixels);
    } catch (error) {
      return await this.#failed(id, token!, error, signal);
    }
    const { fields, result } = await this.#known(record, fetched);
    const settlement = { id, token: token!, answered: true, fields, result, image_ttl_ms: this.#imageTtlMs };
    const settled = await settleFetch(this.#target, { ...settlement, outcome: 'fetched' });
    if (settled.status === 'stale' || result !== undefined) await this.#redis.unlink(this.#keys.pixels(record.pixels!));
    if (settled.status === 'queued') await addJob(this.#jobs!.of(record.jobs!), id, settled.turn);
    this.#options.onFetch?.('fetched');
  }

  async #store(name: string, { buffer, byteOffset, byteLength }: Uint8Array): Promise<void> {
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    await asking(() => this.#redis.set(this.#keys.pixels(name), bytes, 'PX', unclaimedMs));
  }

  /** What the image adds to its record; and its result, where that of an equal one is known. */
  async #known(record: HashFields, { image, pixels, preprocessMs }: FetchedImage) {
    const { reuseS = 0 } = this.#options;
    const { tenant, model, revision, precision, match, input, fresh } = record;
    const asked = { ...JSON.parse(input!), tenant, model, revision, precision, match: match && JSON.parse(match) };
    const reuse = reuseS > 0 ? resultHash(asked, pixels) : undefined;
    const stored = reuse === undefined || fresh ? null : await this.#redis.get(this.#keys.result(reuse));
    const fields = flatFields({
      image: JSON.stringify(image),
      preprocess_ms: String(preprocessMs),
      reuse,
      reuse_ms: reuse && String(reuseS * 1000),
    });
    return { fields, result: stored ?? undefined };
  }

  async #failed(id: string, token: string, error: unknown, signal: AbortSignal): Promise<void> {
    // Somebody else has it, or it has ended.
    if (signal.aborted && !this.#stopping) return;
    const problem = error instanceof BlipqError ? error : new BlipqError('internal_error', 'The gateway failed.');
    if (problem !== error && !signal.aborted) this.#onError(error instanceof Error ? error : new Error(String(error)));
    const { outcome, answered } =
      signal.aborted || problem !== error ? backAgain(signal) : this.#options.verdictOf(problem);
    const fields = outcomeFields(failedWith(problem));
    const more = { pauses_ms: this.#pausesMs, after_ms: this.#stopping ? 0 : backMs };
    await settleFetch(this.#target, { id, token, outcome, answered, fields, ...more });
    this.#options.onFetch?.(outcome === 'failed' ? problem.code : outcome);
  }

  get #imageTtlMs(): number {
    return (this.#options.imageTtlS ?? 86_400) * 1000;
  }

  async #renew(): Promise<void> {
    const fetches = [...this.#held].map(([id, { token }]) => ({ id, token }));
    if (fetches.length === 0) return;
    for (const id of await renewFetches(this.#target, fetches)) {
      this.#held.get(id)?.abort.abort(new Error('it is not in hand any more'));
    }
  }

  /** Gives back what it has in hand, unless Redis is away. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    if (this.#redis.status === 'ready') {
      await settlesWithin(answerMs, this.#looking);
      for (const { abort } of this.#held.values()) abort.abort(new Error('the gateway is stopping'));
      await settlesWithin(answerMs, Promise.all([...this.#held.values()].map(({ done }) => done)));
    }
    clearInterval(this.#renewal);
    await this.#jobs?.close();
    this.#redis.disconnect();
  }
}

/** Of work that a process could not do: at its stop it is not tried, after an error of its own it is tried again. */
function backAgain(signal: AbortSignal): FetchVerdict {
  return { outcome: signal.aborted ? 'back' : 'again' };
}
