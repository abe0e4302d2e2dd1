import type { Stage, Strike } from './faults.js';
import { hostileBodies } from './hostile-bodies.js';
import { slowClients } from './slow-clients.js';
import { credentials, hostileTenant } from './tenants.js';

/** What clients do that mean no good, or are badly made: with a key of their own, beside everybody else. */
export function clientFault(
  kind: 'clients-slow' | 'clients-hostile',
  amount: number,
  stage: Stage,
): Omit<Strike, 'movedOn'> {
  const origins = stage.system.gateways.map(({ probe }) => new URL('/', probe).origin);
  const over = kind === 'clients-slow' ? slowClients(origins, amount) : sendHostile(origins, stage.odd);
  return { target: 'gateways', over };
}

/** Made at once, since that takes long: what passes between the processes and Redis passes through this one. */
const bodies = hostileBodies();

/** Each must be answered, and by an error of the client's or as if it were right. */
async function sendHostile(origins: readonly string[], odd: (what: string) => void): Promise<void> {
  for (const { name, path, type, bytes } of bodies) {
    const sent = origins.map(async (origin) => {
      const headers = { ...credentials(hostileTenant), 'content-type': type };
      const response = await fetch(origin + path, { method: 'POST', headers, body: bytes });
      const { id, code } = (await response.json()) as { id?: string; code?: string };
      if (response.status >= 500 && code !== 'queue_full') odd(`${name}: ${response.status} ${code}`);
      if (response.status < 300) await remove(origin, path, id!);
    });
    await Promise.all(sent.map((one) => one.catch((error: Error) => odd(`${name}: ${error.message}`))));
  }
}

/** What was taken is no work of the plan's. */
async function remove(origin: string, path: string, id: string): Promise<void> {
  if (path !== '/v1/captions') return;
  const headers = credentials(hostileTenant);
  await fetch(`${origin}${path}/${id}/cancel`, { method: 'POST', headers });
}
