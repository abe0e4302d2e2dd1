import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';

export interface RegisteredModel {
  model: string;
  /** JSON, as the worker wrote it. */
  manifest: string;
  /** Higher for a model that registered later; 0 for workers that do not say. */
  order: number;
  /** Milliseconds since a worker said that it serves the model; undefined for workers that do not say. */
  absentMs: number | undefined;
}

const run = script(new URL('list-models.lua', import.meta.url));

export async function listModels(target: ScriptTarget): Promise<RegisteredModel[]> {
  return reply.list(await run(target, {})).map((entry) => {
    const [model, manifest, order, absentMs] = reply.list(entry);
    const absent = reply.number(absentMs);
    return {
      model: reply.text(model),
      manifest: reply.text(manifest),
      order: Number(reply.text(order)),
      absentMs: absent < 0 ? undefined : absent,
    };
  });
}
