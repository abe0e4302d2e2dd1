import { isIP } from 'node:net';
import { redisUrl } from '@blipq/contracts';
import { setting } from '@blipq/service';
import { z } from 'zod';
import { adminKeyTakes } from './internal/admin-key.js';

/** Words with commas or white space between them; none when unset. */
const list = (takes: string, accepts: (words: string[]) => boolean = () => true) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
    .refine(accepts)
    .describe(takes);

/** One number of hops, or addresses, networks, and the names that Express has for some. */
function areProxies(words: string[]): boolean {
  return (words.length === 1 && /^\d{1,2}$/.test(words[0]!)) || words.every(isProxy);
}

/** Express takes no network of all addresses, whose prefix is 0. */
function isProxy(word: string): boolean {
  const [address = '', prefix, ...more] = word.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0) return ['loopback', 'linklocal', 'uniquelocal'].includes(word);
  return more.length === 0 && (prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits));
}

/** As a browser says it in `Origin`: without a path, in lower case, and without a port where it is the usual one. */
function isOrigin(word: string): boolean {
  if (word === '*') return true;
  if (!URL.canParse(word)) return false;
  const { protocol, origin } = new URL(word);
  return /^https?:$/.test(protocol) ? origin === word : /^[a-z][a-z\d+.-]*:\/\/[^/\s?#]+$/.test(word);
}

/** The gateway's settings, by the names of their environment variables. */
export const gatewaySettings = z.object({
  PORT: setting.port().default(3000),
  HOST: setting.text('an address to listen on').default('0.0.0.0'),
  /** Where autoscaling and Prometheus ask; never to be reached from outside. Its address: HOST, unless set. */
  BLIPQ_INTERNAL_PORT: setting.port().default(3002),
  BLIPQ_INTERNAL_HOST: setting.text('an address to listen on').optional(),
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: setting.name().default('blipq'),
  /** How long a finished caption can be read. */
  BLIPQ_RETENTION_S: setting.wholeNumber(60).default(86_400),
  /** How long a result answers equal captions. 0: never. */
  BLIPQ_REUSE_S: setting.wholeNumber(0).default(0),
  /** How long the image of a caption that did not succeed is kept for a retry. */
  BLIPQ_RETRY_WINDOW_S: setting.wholeNumber(0).default(3600),
  /** Captions that may wait and run at once, and how much memory their images may take in Redis. */
  BLIPQ_QUEUE_MAX: setting.wholeNumber(1).default(10_000),
  BLIPQ_QUEUE_MB_MAX: setting.wholeNumber(1).default(2048),
  /** How long `POST /generate` waits for its caption. */
  BLIPQ_GENERATE_TIMEOUT_S: setting.wholeNumber(1, 3600).default(60),
  /** Threads that decode and resize images. */
  BLIPQ_THREADS: setting.threads(),
  BLIPQ_LOG_LEVEL: setting.logLevel().default('info'),
  /** A stop: how long it serves on, unready, until no proxy sends requests here; and how long it then finishes. */
  BLIPQ_SHUTDOWN_DELAY_MS: setting.wholeNumber(0, 600_000).default(0),
  BLIPQ_DRAIN_MS: setting.wholeNumber(0, 3_600_000).default(15_000),
  /** Who may call: a JSON list of keys, itself or in a file. Neither: everyone may. */
  BLIPQ_API_KEYS: setting.text('a JSON list of keys, as docs/api.md describes it').optional(),
  BLIPQ_API_KEYS_FILE: setting.text('the path of a file with a JSON list of keys').optional(),
  /** Opens /admin/queues on the internal port to whoever has this key, itself or in a file. */
  BLIPQ_ADMIN_KEY: setting.text(adminKeyTakes).optional(),
  BLIPQ_ADMIN_KEY_FILE: setting.text('the path of a file with the admin key').optional(),
  /** Requests with a body that may be under way at once. Further ones are refused before their body is read. */
  BLIPQ_UPLOADS_MAX: setting.wholeNumber(1, 10_000).default(128),
  /** Memory that bodies, and images fetched by URL, may take. */
  BLIPQ_UPLOADS_MB_MAX: setting.wholeNumber(128).default(256),
  /** Requests that may wait for a caption, or watch one, at once. */
  BLIPQ_WAITS_MAX: setting.wholeNumber(1).default(4000),
  /** Origins whose pages may call this server from a browser; `*` for all. */
  BLIPQ_CORS_ORIGINS: list('origins such as https://app.example.com, or *', (origins) =>
    origins.every(isOrigin),
  ).default([]),
  /** Proxies whose X-Forwarded headers are believed: how many hops, or their addresses and networks. */
  BLIPQ_TRUST_PROXY: list('a number of hops, or addresses and networks such as 10.0.0.0/8', areProxies).default([]),
  /** Networks inside that images may be fetched from by URL, although they are not public. */
  BLIPQ_FETCH_ALLOW: list('addresses and networks such as 10.1.0.0/16').default([]),
  /** Ports that images may be fetched from beside 443 and 80. */
  BLIPQ_FETCH_PORTS: list('')
    .pipe(z.array(z.coerce.number<string>().int().min(1).max(65_535)))
    .describe('port numbers')
    .default([]),
  /** Lets images be fetched over http: as well. */
  BLIPQ_FETCH_HTTP: setting.flag().default(false),
  /** How long fetching an image may take, redirects included. */
  BLIPQ_FETCH_TIMEOUT_MS: setting.wholeNumber(100, 120_000).default(15_000),
  /** The same three, for webhooks; the notifier, which sends them, has to have them too. */
  BLIPQ_WEBHOOK_ALLOW: list('addresses and networks such as 10.1.0.0/16').default([]),
  BLIPQ_WEBHOOK_PORTS: list('')
    .pipe(z.array(z.coerce.number<string>().int().min(1).max(65_535)))
    .describe('port numbers')
    .default([]),
  BLIPQ_WEBHOOK_HTTP: setting.flag().default(false),
});
export type GatewayConfig = z.infer<typeof gatewaySettings>;
