import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import { leaseMs } from '../lease-ms.js';

const run = script<{ id: string; lease_ms: number; error: string[] }>(new URL('release-fetch.lua', import.meta.url));

/**
 * Puts work back whose image is in the hands of a gateway that says no more. `none`: it is in nobody's hands for that;
 * `held`: its gateway lives. Work that gateways die of again and again ends with `error`, the fields that say so.
 */
export async function releaseFetch(
  target: ScriptTarget,
  values: { id: string; error: string[] },
): Promise<'none' | 'held' | 'released'> {
  return reply.word(await run(target, { ...values, lease_ms: leaseMs }), ['none', 'held', 'released']);
}
