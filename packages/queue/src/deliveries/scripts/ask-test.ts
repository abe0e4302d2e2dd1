import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

/** A test that waits for a notifier. */
export interface AskedTest {
  /** The `webhook-id`. */
  id: string;
  tenant: string;
  url: string;
  /** Name of the secret that signs. */
  secret: string;
}

const run = script<{ test: AskedTest; life_ms: number }>(new URL('ask-test.lua', import.meta.url));

/**
 * Has a notifier take a test within `lifeMs`, unless too many wait already.
 * @returns the test as it waits in the list, or null when it does not
 */
export async function askTest(target: ScriptTarget, test: AskedTest, lifeMs: number): Promise<string | null> {
  const waiting = await run(target, { test, life_ms: lifeMs });
  return waiting === null ? null : reply.text(waiting);
}
