import { fileURLToPath } from 'node:url';
import { askProcess } from './ask-process.js';
import type { BenchContext } from './bench-shape.js';
import { builtModel } from './built-model.js';
import type { EngineOrder, EngineReport } from './engine-process.js';
import type { BenchReport } from './results.js';

const demo = fileURLToPath(new URL('../../models/demo', import.meta.url));

/**
 * What the engine adds to the model: to one caption after another of the bundled model, where it shows, and to the
 * process that owns it while the largest model runs the largest batch.
 */
export async function benchEngine({ options, threads, say }: BenchContext): Promise<BenchReport['engine']> {
  const { folder, shapes, precisions, batches } = options;
  say('engine: bundled model, one caption at a time');
  const cacheDir = `${folder}/built`;
  const one = await ask({ checkpoint: demo, cacheDir, precision: 'auto', threads, batch: 1, repeats: 200 });

  const shape = shapes.at(-1)!;
  const precision = precisions.includes('int8') ? 'int8' : precisions[0]!;
  const batch = Math.max(...batches);
  say(`engine: ${shape} ${precision}, batches of ${batch}`);
  const model = await builtModel(shape, precision, { folder, threads, rebuild: false });
  const order = { checkpoint: model.checkpoint, cacheDir, precision, threads, batch, repeats: 2 };
  return { demo: one, batch: { ...(await ask(order)), shape, batch } };
}

function ask(order: EngineOrder): Promise<EngineReport> {
  return askProcess<EngineOrder, EngineReport>('engine-process', order);
}
