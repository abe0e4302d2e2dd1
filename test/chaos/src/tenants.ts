import { createHash } from 'node:crypto';

/** Those whose work is checked like everybody's, and whose receivers fail for as long as they flood. */
export const floodingTenant = 'flooding';
/** Whoever sends what nobody should. */
export const hostileTenant = 'hostile';

/** Name of the n-th of the tenants that share the load. */
export const tenantName = (n: number): string => `tenant-${n + 1}`;

/** The API key of a tenant. */
const keyOf = (tenant: string): string => `chaos-key-of-${tenant}`;

/** The header by which a gateway knows a tenant. */
export const credentials = (tenant: string): Record<string, string> => ({ authorization: `Bearer ${keyOf(tenant)}` });

/** Everybody who has a key. */
export function allTenants(count: number): string[] {
  return [...Array.from({ length: count }, (_, n) => tenantName(n)), floodingTenant, hostileTenant];
}

/** What gateways are told of them. */
export function apiKeysOf(tenants: readonly string[]): string {
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  return JSON.stringify(tenants.map((name) => ({ name, sha256: sha256(keyOf(name)) })));
}
