import { isIP } from 'node:net';
import { BlipqError } from '@blipq/contracts';
import type { Request } from 'express';

/** What a gateway without keys is called, and by whose pages. */
export interface OpenPolicy {
  /** Names under which the gateway may be asked, beside those that no stranger can own; `*` for all. */
  hosts: string[];
  /** Origins of pages that may call it, beside its own; `*` for all. */
  origins: string[];
}

/** Names that are resolved inside a machine, a network or a cluster. */
const inside = /^([^.]+|.+\.(localhost|local|internal|lan|home\.arpa|svc|cluster\.local))$/;

/**
 * Without keys anyone who reaches the gateway may use it, but not a page of a stranger that a person nearby has opened in
 * a browser: neither by a form that it sends here (the `Origin` is another), nor by a name of the stranger's that turns
 * into this machine's address (the `Host` is that name).
 *
 * @throws BlipqError `forbidden`
 */
export function requireOwnPage(req: Request, { hosts, origins }: OpenPolicy): void {
  const host = hostOf(req.get('host'));
  if (host !== undefined && !hosts.includes('*') && !hosts.includes(host.name) && !isInside(host.name)) {
    throw new BlipqError(
      'forbidden',
      `This server has no API keys and is not known as ${host.name.slice(0, 100)}; name that in BLIPQ_HOSTS, or set BLIPQ_API_KEYS.`,
    );
  }
  const origin = req.get('origin');
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return;
  if (host !== undefined && URL.canParse(origin) && new URL(origin).host === host.withPort) return;
  throw new BlipqError(
    'forbidden',
    'This server has no API keys and takes no requests from pages of other origins; name the origin in BLIPQ_CORS_ORIGINS, or set BLIPQ_API_KEYS.',
  );
}

function hostOf(header = ''): { name: string; withPort: string } | undefined {
  if (header === '') return undefined;
  if (!URL.canParse(`http://${header}`)) return { name: header, withPort: header };
  const { hostname, host } = new URL(`http://${header}`);
  return { name: hostname.replace(/\.$/, ''), withPort: host };
}

function isInside(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || inside.test(name);
}
