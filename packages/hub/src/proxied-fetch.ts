import { EnvHttpProxyAgent, fetch } from 'undici';
import { HubError } from './hub-error.js';

/** Proxies as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name them. */
export interface Proxies {
  /** For `https:` addresses, and for `http:` ones; `http://[user:password@]host[:port]`, with or without the scheme. */
  readonly https?: string;
  readonly http?: string;
  /** Hosts that are asked directly, with commas between them; a name stands for those below it, `*` for all. */
  readonly none?: string;
}

/**
 * A fetch that goes through proxies, by CONNECT. Node's own reads no such settings before Node 24.
 *
 * @throws HubError `settings_invalid`
 */
export function proxiedFetch({ https, http, none = '' }: Proxies): typeof globalThis.fetch {
  // Blank is not undefined, which would have the agent read the environment itself.
  const dispatcher = new EnvHttpProxyAgent({
    httpsProxy: https === undefined ? '' : proxyUrl('HTTPS_PROXY', https),
    httpProxy: http === undefined ? '' : proxyUrl('HTTP_PROXY', http),
    noProxy: none,
    // A connection through a proxy that is kept for later would keep a process from ending for seconds.
    keepAliveTimeout: 1,
    keepAliveMaxTimeout: 1,
  });
  // The same interface as Node's, which is of another version of undici.
  return ((input: string, init: object) => fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
}

function proxyUrl(name: string, text: string): string {
  const address = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new HubError('settings_invalid', `${name} is not the address of an HTTP proxy, like http://proxy.example:3128`);
}
