import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

const run = script<{ model: string }>(new URL('see-model.lua', import.meta.url));

/** Notes that a worker serves the model now. Says whether the model is registered. */
export async function seeModel(target: ScriptTarget, model: string): Promise<boolean> {
  return reply.number(await run(target, { model })) === 1;
}
