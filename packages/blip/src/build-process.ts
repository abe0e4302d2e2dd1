import type { BuildJob, BuildJobResult } from './build-job.js';
import { comparePrecision } from './compare-precision.js';
import { optimizeGraphs } from './optimized-graphs.js';

process.once('message', async (job: BuildJob) => {
  const result = await run(job).catch((error: Error) => ({ status: 'failed', message: error.message }) as const);
  process.send?.(result, () => process.disconnect());
});
// Whoever asked is gone: nobody needs the result.
process.once('disconnect', () => process.exit());

async function run(job: BuildJob): Promise<BuildJobResult> {
  if (job.type === 'compare') return { status: 'done', check: await comparePrecision(job.reference, job.candidate) };
  await optimizeGraphs(job.folder, job.target, job.options);
  return { status: 'done', check: null };
}
