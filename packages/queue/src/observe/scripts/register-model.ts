import { type ScriptTarget, script } from '../../lua/script.js';

interface Registration {
  model: string;
  /** JSON. */
  manifest: string;
  tokenizer: string;
  tokenizer_sha256: string;
}

const run = script<Registration>(new URL('register-model.lua', import.meta.url));

/** Stores a model's manifest, replacing that of the same name, and its tokenizer. It counts as registered last. */
export async function registerModel(target: ScriptTarget, registration: Registration): Promise<void> {
  await run(target, registration);
}
