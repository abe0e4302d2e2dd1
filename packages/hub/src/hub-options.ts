import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setting } from '@blipq/service';
import { z } from 'zod';
import type { Proxies } from './proxied-fetch.js';

/** Where models come from and where they are kept. */
export interface HubOptions {
  /** The Hub's cache on this machine, in the layout of Python's huggingface_hub, which may share it. */
  readonly cacheDir: string;
  /** Sent to the endpoint and to nobody else. */
  readonly token?: string;
  readonly endpoint: string;
  /** Use what is in the cache and never the network. */
  readonly offline: boolean;
  /** Unset where every request goes directly. */
  readonly proxies?: Proxies;
}

const proxySetting = (purpose: string) =>
  setting.text('an address like http://[user:password@]proxy.example:3128').optional().meta({ purpose });

/** The variables by which most programs are told of proxies. In small letters they win, as in most programs. */
export const proxySettings = {
  HTTPS_PROXY: proxySetting('HTTP proxy through which models are downloaded; `https_proxy` comes before it'),
  HTTP_PROXY: proxySetting(
    'The same for a Hub at an `http:` address, and where `HTTPS_PROXY` is unset; so is `http_proxy`',
  ),
  NO_PROXY: setting.text('host names with commas between them').optional().meta({
    purpose: 'Hosts for which no proxy is used; a name stands for those below it; `no_proxy` comes before it',
  }),
  https_proxy: proxySetting('The same as `HTTPS_PROXY`'),
  http_proxy: proxySetting('The same as `HTTP_PROXY`'),
  no_proxy: setting.text('host names with commas between them').optional().meta({ purpose: 'The same as `NO_PROXY`' }),
};

/** The variables that Hugging Face's own tools read, for the settings schema of an app. */
export const hubSettings = {
  HF_HUB_CACHE: setting
    .text('the folder of the Hub cache')
    .optional()
    .meta({ purpose: "Place of the Hub cache, which Hugging Face's own tools share" }),
  HF_HOME: setting
    .text('the folder that holds the Hub cache as `hub`')
    .optional()
    .meta({ purpose: "Place of Hugging Face's files; the Hub cache is in `hub` below it", essential: true }),
  XDG_CACHE_HOME: setting
    .text('the folder for caches')
    .optional()
    .meta({ purpose: 'Place of caches; the Hub cache is below it where neither `HF_HOME` nor `HF_HUB_CACHE` is set' }),
  HF_TOKEN: setting
    .text('a Hugging Face access token')
    .optional()
    .meta({ purpose: 'Access token for private and gated models', essential: true }),
  HF_ENDPOINT: z
    .string()
    .refine(isEndpoint)
    .describe('the address of a Hub, like https://huggingface.co, without user name or password')
    .optional()
    .meta({ purpose: "Address of another Hub than Hugging Face's", essential: true }),
  HF_HUB_OFFLINE: setting
    .flag()
    .optional()
    .meta({ purpose: 'Whether models come from the cache alone, without any request to the Hub', essential: true }),
  ...proxySettings,
};
export type HubSettings = { [name in keyof typeof hubSettings]?: z.infer<(typeof hubSettings)[name]> };

/** What those variables mean; a later rule applies where the earlier ones are unset. */
export function hubOptions(env: HubSettings): HubOptions {
  const https = env.https_proxy ?? env.HTTPS_PROXY;
  const http = env.http_proxy ?? env.HTTP_PROXY;
  const none = env.no_proxy ?? env.NO_PROXY;
  const proxies = { ...(https && { https }), ...(http && { http }), ...(none && { none }) };
  const home = env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? '~/.cache', 'huggingface');
  return {
    cacheDir: resolve((env.HF_HUB_CACHE ?? join(home, 'hub')).replace(/^~(?=\/|$)/, homedir())),
    ...(env.HF_TOKEN !== undefined && { token: env.HF_TOKEN }),
    endpoint: (env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/+$/, ''),
    offline: env.HF_HUB_OFFLINE ?? false,
    ...((https ?? http) !== undefined && { proxies }),
  };
}

/** Whether requests can be made to it: fetch refuses addresses with credentials. */
export function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
