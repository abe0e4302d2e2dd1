import { isIP } from 'node:net';
import { badWords, redisUrl } from '@blipq/contracts';
import { deploymentSettings, setting } from '@blipq/service';
import { z } from 'zod';
import { adminKeyTakes } from './internal/admin-key.js';
import { isTrustedHeader, trustedHeaderTakes } from './internal/trusted-header.js';

/** One number of hops, or addresses, networks, and the names that Express has for some. */
function areProxies(words: string[]): boolean {
  return (words.length === 1 && /^\d{1,2}$/.test(words[0]!)) || words.every(isProxy);
}

function isProxy(word: string): boolean {
  return ['loopback', 'linklocal', 'uniquelocal'].includes(word) || isNetwork(word);
}

/** An address or a network, but none of all addresses, whose prefix is 0: Express takes none either. */
function isNetwork(word: string): boolean {
  const [address = '', prefix, ...more] = word.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || address.includes('%')) return false;
  return more.length === 0 && (prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits));
}

/** An origin as browsers write it in `Origin`: without a path, in lower case, and without the default port. */
function isOrigin(word: string): boolean {
  if (word === '*') return true;
  if (!URL.canParse(word)) return false;
  const { protocol, origin } = new URL(word);
  return /^https?:$/.test(protocol) ? origin === word : /^[a-z][a-z\d+.-]*:\/\/[^/\s?#]+$/.test(word);
}

/** The gateway's settings, by the names of their environment variables. */
export const gatewaySettings = z.object({
  PORT: deploymentSettings.PORT,
  HOST: deploymentSettings.HOST,
  BLIPQ_INTERNAL_PORT: deploymentSettings.BLIPQ_INTERNAL_PORT,
  BLIPQ_INTERNAL_HOST: setting
    .text('an address to listen on')
    .optional()
    .meta({ purpose: 'Address of the internal port; that of `HOST` by default' }),
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379'),
  BLIPQ_NAMESPACE: deploymentSettings.BLIPQ_NAMESPACE,
  BLIPQ_BAD_WORDS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    )
    .pipe(badWords)
    .describe('at most 64 words or phrases of at most 64 characters, with commas between them')
    .default([])
    .meta({
      purpose:
        'Words and phrases that [may not occur](captions.md#words-that-may-not-occur) in captions and answers of `/v1`; a request may name others',
    }),
  BLIPQ_RETENTION_S: setting
    .wholeNumber(60)
    .default(86_400)
    .meta({ purpose: 'Time in seconds for which finished work can be read', essential: true }),
  BLIPQ_REUSE_S: setting
    .wholeNumber(0)
    .default(0)
    .meta({ purpose: 'Time in seconds for which a result answers equal requests; 0 turns this off' }),
  BLIPQ_RETRY_WINDOW_S: setting
    .wholeNumber(0)
    .default(3600)
    .meta({ purpose: 'Time in seconds for which the image of unsuccessful work is kept for a retry' }),
  BLIPQ_MODEL_ABSENT_S: setting.wholeNumber(60).default(604_800).meta({
    purpose: 'Time in seconds without a worker after which a model counts as retired and takes no new work',
  }),
  BLIPQ_QUEUE_MAX: setting.wholeNumber(1).default(10_000).meta({
    purpose: 'Largest number of open captions, answers and matches; the gateway refuses more with `queue_full`',
  }),
  BLIPQ_QUEUE_MB_MAX: setting
    .wholeNumber(1)
    .default(2048)
    .meta({ purpose: 'Memory in MiB that pixels may take in Redis; the gateway refuses more with `queue_full`' }),
  BLIPQ_GENERATE_TIMEOUT_S: setting.wholeNumber(1, 3600).default(60).meta({
    purpose: 'Time in seconds for which `POST /generate` and `POST /v1/chat/completions` wait for their result',
    essential: true,
  }),
  BLIPQ_THREADS: deploymentSettings.BLIPQ_THREADS,
  BLIPQ_LOG_LEVEL: deploymentSettings.BLIPQ_LOG_LEVEL,
  BLIPQ_SHUTDOWN_DELAY_MS: setting.wholeNumber(0, 600_000).default(0).meta({
    purpose:
      'Time in milliseconds for which a stopping gateway serves on while it reports unready, so that proxies stop sending requests to it',
  }),
  BLIPQ_DRAIN_MS: deploymentSettings.BLIPQ_DRAIN_MS,
  BLIPQ_API_KEYS: setting
    .text('a JSON list of keys, as docs/reference/api.md describes it')
    .optional()
    .meta({ purpose: '[API keys](api.md#keys) of the callers; without keys everybody may call', essential: true }),
  BLIPQ_API_KEYS_FILE: setting
    .text('the path of a file with a JSON list of keys')
    .optional()
    .meta({ purpose: 'File with the API keys, instead of `BLIPQ_API_KEYS`', essential: true }),
  BLIPQ_ADMIN_KEY: setting.text(adminKeyTakes).optional().meta({
    purpose:
      'Key that opens the [pages for operators](../how-to/admin.md), `/admin` on the internal port; without a key the pages are open to no one, unless an identity proxy is trusted',
  }),
  BLIPQ_ADMIN_KEY_FILE: setting
    .text('the path of a file with the admin key')
    .optional()
    .meta({ purpose: 'File with the admin key, instead of `BLIPQ_ADMIN_KEY`' }),
  BLIPQ_ADMIN_TRUST_HEADER: setting.text(trustedHeaderTakes).refine(isTrustedHeader).optional().meta({
    purpose:
      'Header in which an [identity proxy](../how-to/admin.md#through-an-identity-proxy) names the person who opens a page for operators',
  }),
  BLIPQ_ADMIN_TRUST_PROXIES: setting
    .list('addresses and networks such as 10.0.0.7 or 10.1.0.0/24', (words) => words.every(isNetwork))
    .default([])
    .meta({
      purpose: 'Addresses from which the identity proxy connects; the header of any other connection is ignored',
    }),
  BLIPQ_IMAGE_MB_MAX: setting
    .wholeNumber(1, 20)
    .default(20)
    .meta({ purpose: 'Size in MiB of the largest image file that is taken; see [images](images.md)' }),
  BLIPQ_IMAGE_MEGAPIXELS_MAX: setting
    .wholeNumber(1, 268)
    .default(75)
    .meta({ purpose: 'Megapixels of the largest image that is taken; see [images](images.md)' }),
  BLIPQ_UPLOADS_MAX: setting
    .wholeNumber(1, 10_000)
    .default(128)
    .meta({ purpose: 'Largest number of requests with a body that a gateway reads at the same time; it refuses more' }),
  BLIPQ_UPLOADS_MB_MAX: setting.wholeNumber(128).default(256).meta({
    purpose: 'Memory in MiB that request bodies and images fetched by URL may take in a gateway; it refuses more',
  }),
  BLIPQ_WAITS_MAX: setting.wholeNumber(1).default(4000).meta({
    purpose:
      'Largest number of requests to one gateway that wait for work or watch it; the gateway answers further ones without a wait',
  }),
  BLIPQ_LOG_CLIENTS: setting
    .flag()
    .default(true)
    .meta({ purpose: 'Whether request lines in the log have the name of the API key and the address of the client' }),
  BLIPQ_HOSTS: setting.list('host names such as captions.example.com, or *').default([]).meta({
    purpose:
      'Names under which a gateway without API keys may be reached, beside addresses, `localhost` and names inside a network; `*` for all',
  }),
  BLIPQ_CORS_ORIGINS: setting
    .list('origins such as https://app.example.com, or *', (origins) => origins.every(isOrigin))
    .default([])
    .meta({ purpose: 'Origins whose pages may call the API from a browser' }),
  BLIPQ_TRUST_PROXY: setting
    .list('a number of hops, or addresses and networks such as 10.0.0.0/8', areProxies)
    .default([])
    .meta({ purpose: 'Proxies whose `X-Forwarded-…` headers the gateway believes' }),
  BLIPQ_FETCH_ALLOW: setting
    .list('addresses and networks such as 10.1.0.0/16')
    .default([])
    .meta({ purpose: 'Private networks from which images may be fetched' }),
  BLIPQ_FETCH_PORTS: setting
    .numbers('port numbers', 1, 65_535)
    .default([])
    .meta({ purpose: 'Ports from which images may be fetched, besides 443 and 80' }),
  BLIPQ_FETCH_HTTP: setting.flag().default(false).meta({ purpose: 'Whether images may be fetched over plain `http:`' }),
  BLIPQ_FETCH_TIMEOUT_MS: setting
    .wholeNumber(100, 120_000)
    .default(15_000)
    .meta({ purpose: 'Time in milliseconds that fetching one image may take, redirects included' }),
  BLIPQ_WEBHOOK_SECRET: deploymentSettings.BLIPQ_WEBHOOK_SECRET,
  BLIPQ_WEBHOOK_SECRETS: deploymentSettings.BLIPQ_WEBHOOK_SECRETS,
  BLIPQ_WEBHOOK_SECRETS_FILE: deploymentSettings.BLIPQ_WEBHOOK_SECRETS_FILE,
  BLIPQ_FETCHES_MAX: setting.wholeNumber(1, 1000).default(32).meta({
    purpose: 'Images of [batches](api.md#batches) that a gateway fetches at the same time',
  }),
  BLIPQ_FETCH_PER_HOST: setting.wholeNumber(1, 1000).default(4).meta({
    purpose: 'Images of batches for which all gateways together ask one host at the same time',
  }),
  BLIPQ_FETCH_RETRIES_MS: setting.numbers('pauses in milliseconds', 0, 86_400_000).optional().meta({
    purpose:
      'Pauses before the second and each further try at an image of a batch whose host does not answer; 1 s, 10 s and a minute by default',
  }),
  BLIPQ_FETCH_AHEAD: setting.wholeNumber(1, 100_000).default(256).meta({
    purpose:
      'Largest number of images of batches that are fetched for a model and wait for its workers; never more than a quarter of `BLIPQ_QUEUE_MAX` and `BLIPQ_QUEUE_MB_MAX`',
  }),
  BLIPQ_FETCH_QUEUE_MAX: setting.wholeNumber(1).default(200_000).meta({
    purpose:
      'Largest number of items of batches whose images wait to be fetched; the gateway refuses more with `queue_full`',
  }),
  BLIPQ_WEBHOOK_ALLOW: deploymentSettings.BLIPQ_WEBHOOK_ALLOW,
  BLIPQ_WEBHOOK_PORTS: deploymentSettings.BLIPQ_WEBHOOK_PORTS,
  BLIPQ_WEBHOOK_HTTP: deploymentSettings.BLIPQ_WEBHOOK_HTTP,
});
export type GatewayConfig = z.infer<typeof gatewaySettings>;
