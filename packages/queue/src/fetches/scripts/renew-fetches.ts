import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import { leaseMs } from '../lease-ms.js';

interface HeldFetch {
  id: string;
  token: string;
}

const run = script<{ fetches: HeldFetch[]; lease_ms: number }>(new URL('renew-fetches.lua', import.meta.url));

/** Keeps work in hand. Returns the ids of what is not any more: it has ended, or somebody else has it. */
export async function renewFetches(target: ScriptTarget, fetches: HeldFetch[]): Promise<string[]> {
  return reply.list(await run(target, { fetches, lease_ms: leaseMs })).map(reply.text);
}
