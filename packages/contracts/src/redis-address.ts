import { z } from 'zod';

export interface RedisNode {
  host: string;
  port: number;
}

interface Access {
  username?: string;
  password?: string;
  tls: boolean;
}

/** What an address of a Redis or Valkey says. `nodes`: one server, sentinels, or some nodes of a cluster. */
export type RedisAddress = { nodes: RedisNode[] } & (
  | { kind: 'single'; url: string }
  | ({ kind: 'sentinel'; master: string; db: number; sentinelUsername?: string; sentinelPassword?: string } & Access)
  | ({ kind: 'cluster' } & Access)
);

const parts = /^(rediss?)(-sentinel|-cluster)?:\/\/(?:([^/?#]*)@)?([^/?#]*)(?:\/(\d*))?(?:\?([^#]*))?(?:#(.*))?$/;
const hostAndPort = /^(?:\[([\da-f:.]+)\]|([^\s:[\]@]+))(?::(\d{1,5}))?$/i;
const defaultPort = { '': 6379, '-sentinel': 26_379, '-cluster': 6379 };

/** Reads an address in one of the forms that `redisUrl` describes, or says undefined. */
export function parseRedisUrl(url: string): RedisAddress | undefined {
  const match = parts.exec(url);
  if (match === null) return undefined;
  const [, scheme, form = '', user, hosts, database, query, fragment] = match;
  const port = defaultPort[form as keyof typeof defaultPort];
  const nodes = hosts!.split(',').map((host) => parseNode(host, port));
  if (!nodes.every((node) => node !== undefined)) return undefined;
  try {
    const access = { tls: scheme === 'rediss', ...parseUser(user) };
    if (form === '') return nodes.length === 1 && fragment === undefined ? { kind: 'single', nodes, url } : undefined;
    if (form === '-cluster') {
      return Number(database ?? 0) === 0 && fragment === undefined ? { kind: 'cluster', nodes, ...access } : undefined;
    }
    const master = decodeURIComponent(fragment ?? '');
    if (master === '') return undefined;
    return { kind: 'sentinel', nodes, master, db: Number(database ?? 0), ...access, ...parseSentinelUser(query) };
  } catch {
    // A percent sign that begins no escape.
    return undefined;
  }
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const [match, bracketed, plain, port = defaultPort] = hostAndPort.exec(text) ?? [];
  if (match === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: (bracketed ?? plain)!, port: Number(port) };
}

function parseUser(text: string | undefined): Pick<Access, 'username' | 'password'> {
  if (text === undefined) return {};
  const [username = '', ...password] = text.split(':');
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    password: decodeURIComponent(password.join(':')),
  };
}

function parseSentinelUser(query = ''): { sentinelUsername?: string; sentinelPassword?: string } {
  const { sentinelUsername, sentinelPassword } = Object.fromEntries(new URLSearchParams(query));
  return {
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

/** The setting `REDIS_URL`. */
export const redisUrl = z
  .string()
  .refine((url) => parseRedisUrl(url) !== undefined)
  .meta({
    description:
      'an address like redis://[user:password@]host[:port][/database], redis-sentinel://host[:port],…[/database]#master ' +
      'or redis-cluster://host[:port],…; rediss… for TLS',
    purpose:
      'Address of the Redis that holds the queue: [one server, Sentinel or a cluster](../how-to/deploy.md#a-managed-redis); `npm start` runs a private Redis by default',
    essential: true,
  });
