import type { Client } from 'openapi-fetch';
import type { paths } from './gen/api.js';

export interface ApiOptions {
  /** Where the server is, such as `https://blipq.example.com`. */
  server: string;
  /** Sent as `Authorization: Bearer …`. */
  apiKey?: string | undefined;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** The methods of openapi-fetch's client that the API has. */
export type ApiClient = Pick<Client<paths>, 'GET' | 'PUT' | 'POST' | 'DELETE'>;

interface Init extends Omit<RequestInit, 'body'> {
  params?: { path?: Record<string, string>; query?: Record<string, unknown>; header?: object };
  body?: unknown;
  headers?: Record<string, string>;
  parseAs?: 'stream';
}

/**
 * Typed requests as openapi-fetch makes them, whose own code would be two thirds of this package.
 *
 * @throws TypeError for an address or a key with which no request can be made. It does not show the key.
 */
export function apiClient({ server, apiKey, fetch = globalThis.fetch }: ApiOptions): ApiClient {
  if (!/^https?:\/\/[^/@]+(\/|$)/i.test(server) || !URL.canParse(server)) {
    throw new TypeError('server takes an http(s) URL without a password');
  }
  if (/[^\t -~\x80-\xff]/.test(apiKey?.trim() ?? '')) throw new TypeError('apiKey has characters no header takes');
  const base = server.replace(/\/+$/, '');
  const calls =
    (method: string) =>
    async (template: string, init: Init = {}) => {
      const { params: { path = {}, query = {}, header } = {}, body, headers, parseAs, ...rest } = init;
      const asked = Object.entries(query).filter(([, value]) => value != null) as [string, string][];
      const url = base + template.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(path[name]!));
      const json = body !== undefined && !(body instanceof FormData);
      const response = await fetch(asked.length ? `${url}?${new URLSearchParams(asked)}` : url, {
        ...rest,
        method,
        headers: {
          ...(apiKey && { authorization: `Bearer ${apiKey}` }),
          ...(json && { 'content-type': 'application/json' }),
          ...header,
          ...headers,
        },
        body: (json ? JSON.stringify(body) : body) as string,
      });
      if (response.ok && parseAs) return { data: response.body, response };
      const text = await response.text();
      if (response.ok) return { data: text ? JSON.parse(text) : undefined, response };
      return { error: jsonOr(text), response };
    };
  return { GET: calls('GET'), PUT: calls('PUT'), POST: calls('POST'), DELETE: calls('DELETE') } as ApiClient;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
