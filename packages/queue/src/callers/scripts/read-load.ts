import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const run = script(new URL('read-load.lua', import.meta.url));

/**
 * What is open, the bytes of stored pixels, how many workers ended per second over the last minute, and the seconds
 * until the backlog is done at that pace, 1 to 120.
 */
export async function readLoad(
  target: ScriptTarget,
): Promise<{ open: number; bytes: number; perSecond: number; retryAfterS: number }> {
  const [open, bytes, perKilosecond, retryAfterS] = reply.list(await run(target, {})).map(reply.number);
  return { open: open!, bytes: bytes!, perSecond: perKilosecond! / 1000, retryAfterS: retryAfterS! };
}
