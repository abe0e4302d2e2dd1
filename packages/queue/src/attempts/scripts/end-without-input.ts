import { type ScriptTarget, script } from '../../lua/script.js';

interface Ending {
  id: string;
  /** What is said of it: name, value, … */
  fields: string[];
}

const run = script<Ending>(new URL('end-without-input.lua', import.meta.url));

/** Ends work whose pixels have expired and that no worker has. Says whether it did. */
export async function endWithoutInput(target: ScriptTarget, ending: Ending): Promise<boolean> {
  return (await run(target, ending)) === 1;
}
