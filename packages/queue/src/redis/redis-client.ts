import { once } from 'node:events';
import { BlipqError, parseRedisUrl, type RedisAddress } from '@blipq/contracts';
import { Cluster, type ClusterOptions, Redis, type RedisOptions, SentinelConnector } from 'ioredis';

/** Where the queue lives. */
export interface QueueAddress {
  redisUrl: string;
  /** First part of every key. Default `blipq`. */
  namespace?: string;
  /** Second part of every key and its cluster hash tag. Default `captions`. */
  queue?: string;
}

export type OnError = (error: Error) => void;

/** A connection, or those to the nodes of a cluster: all keys of a queue are on one node, so both are used alike. */
export type RedisClient = Redis | Cluster;

/**
 * How soon a Redis that is loading its file is asked again, in milliseconds. Left to ioredis it is as long as Redis
 * thinks that it will take, up to 10 s, and Redis thinks wrong.
 */
const maxLoadingRetryTime = 500;

/** Reconnects after 200 ms, then twice that, at most 1 s: ioredis's own schedule notices a returned Redis too late. */
const retryStrategy = (times: number): number => Math.min(100 * 2 ** times, 1000);

/** How often a cluster is asked who has what, in milliseconds: a node that froze does not say that it was replaced. */
const slotsRefreshInterval = 1000;

/**
 * A connection is given up when a command has had no answer for so long, in milliseconds: the other end may be gone
 * without a word. The longest answer is to a blocking command, of BullMQ, after 10 s.
 */
const socketTimeout = 20_000;

/** What differs between the two kinds of connections below: of each one to a server, and of a cluster's together. */
interface Patience {
  each: RedisOptions;
  enableOfflineQueue: boolean;
  /** How often a command that a cluster redirects, or that meets a lost node, is sent again, after 100 ms each. */
  maxRedirections: number;
}

/**
 * A connection for whoever has a caller waiting: a command is answered, or rejected, within `commandTimeoutMs`, and at
 * once while Redis is known to be away. A rejected command may still be carried out later.
 */
export function producerRedis(url: string, commandTimeoutMs: number, onError: OnError): RedisClient {
  const timeouts = { maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs, connectTimeout: 3000 };
  const each = { ...timeouts, reconnectOnError: isDemoted };
  return connect(url, { each, enableOfflineQueue: false, maxRedirections: 5 }, onError);
}

/** A connection for whoever has all the time there is: commands wait until Redis is back. */
export function consumerRedis(url: string, onError: OnError): RedisClient {
  // 2: reconnects and sends the command again.
  const each: RedisOptions = {
    maxRetriesPerRequest: null,
    reconnectOnError: (error) => (isDemoted(error) ? 2 : false),
  };
  return connect(url, { each, enableOfflineQueue: true, maxRedirections: Number.POSITIVE_INFINITY }, onError);
}

/** The server has become a replica. Another has taken over, at the same address or one that the sentinels know. */
function isDemoted(error: Error): boolean {
  return error.message.includes('READONLY');
}

function connect(url: string, patience: Patience, onError: OnError): RedisClient {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new TypeError('not an address of Redis');
  const { enableOfflineQueue, maxRedirections } = patience;
  const each = { ...patience.each, socketTimeout, maxLoadingRetryTime };
  const options = { ...each, enableOfflineQueue, retryStrategy, lazyConnect: true };
  let redis: RedisClient;
  if (address.kind === 'single') redis = new Redis(url, options);
  else if (address.kind === 'sentinel') redis = new Redis({ ...sentinelOptions(address), ...options });
  else {
    const redisOptions = { ...accessOptions(address), ...each };
    const whole = { ...clusterOptions(address), enableOfflineQueue, maxRedirections, lazyConnect: true };
    redis = new Cluster(address.nodes, { ...whole, redisOptions });
    redis.on('node error', onError);
  }
  redis.on('error', onError);
  hearEveryError();
  return redis;
}

/**
 * ioredis (6.0) listens to the first error of a connection. TLS that was broken off can have another one, the other end's
 * alert that was on its way, and an error that nobody listens to ends the process.
 */
function hearEveryError(): void {
  if (hearsEveryError) return;
  hearsEveryError = true;
  const { connector } = new Redis({ lazyConnect: true }) as unknown as { connector: SentinelConnector };
  const standalone = Object.getPrototypeOf(connector) as SentinelConnector;
  const { connect } = standalone;
  standalone.connect = async function (...args) {
    const stream = await connect.apply(this, args);
    return stream.on('error', () => undefined);
  };
}

let hearsEveryError = false;

type AddressOf<Kind> = Extract<RedisAddress, { kind: Kind }>;

function accessOptions({ username, password, tls }: AddressOf<'sentinel' | 'cluster'>): RedisOptions {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
}

function sentinelOptions(address: AddressOf<'sentinel'>): RedisOptions {
  const { nodes, master, db, tls, sentinelUsername, sentinelPassword } = address;
  return {
    ...accessOptions(address),
    ...{ sentinels: nodes, name: master, db },
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    ...{ sentinelRetryStrategy: retryStrategy, sentinelCommandTimeout: 1500 },
    // Sentinels tell when a master has been replaced: the connections to one that froze do not end by themselves.
    failoverDetector: true,
    Connector: QuietSentinelConnector,
  };
}

/**
 * ioredis (6.0) listens to no errors of the connections on which it hears that a master was replaced, and prints them. What
 * counts is said when the master is asked for and no sentinel answers. And it goes on listening there when it has lost the
 * master: what it heard while it was connecting again ended the client for good.
 */
class QuietSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    const own = this as unknown as { connectToSentinel(...args: unknown[]): Redis };
    const connect = own.connectToSentinel.bind(this);
    own.connectToSentinel = (...args) => connect(...args).on('error', () => undefined);
  }

  override connect(...args: Parameters<SentinelConnector['connect']>): ReturnType<SentinelConnector['connect']> {
    const own = this as unknown as { failoverDetector: { cleanup(): void } | null };
    own.failoverDetector?.cleanup();
    return super.connect(...args).then((stream) => stream.on('error', () => undefined));
  }
}

function clusterOptions({ tls }: AddressOf<'cluster'>): ClusterOptions {
  return {
    ...{ clusterRetryStrategy: retryStrategy, slotsRefreshInterval },
    // It asks any node, also one that is frozen. Those that serve nothing say so by themselves.
    enableReadyCheck: false,
    // Certificates are for names, so the names that the cluster gives are not resolved.
    ...(tls && { dnsLookup: (address, callback) => callback(null, address) }),
  };
}

/** Starts connecting; resolves when connected, or after the first failure or 2 s: from there ioredis goes on by itself. */
export async function open(redis: RedisClient): Promise<void> {
  // BullMQ duplicates connections, and connects a lazy one only once: it would never find a Redis that comes later.
  redis.options.lazyConnect = false;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 2000);
  const failed = once(redis, 'close', { signal: patience.signal }).catch(() => undefined);
  await Promise.race([redis.connect().catch(() => undefined), failed]);
  clearTimeout(timer);
  patience.abort();
}

/** Runs Redis commands and turns what Redis or the connection says into a `BlipqError`. */
export async function asking<T>(commands: () => Promise<T>): Promise<T> {
  try {
    return await commands();
  } catch (error) {
    throw redisProblem(error);
  }
}

function redisProblem(error: unknown): unknown {
  if (error instanceof BlipqError || error instanceof TypeError) return error;
  const reply = error instanceof Error ? error.message : String(error);
  if (/\bOOM\b/.test(reply)) {
    return new BlipqError('queue_full', 'The queue has no memory left. Try again later.', {
      cause: error,
      retryAfterS: 5,
    });
  }
  return new BlipqError('queue_unavailable', 'The queue does not answer. Try again later.', {
    cause: error,
    retryAfterS: 2,
  });
}
