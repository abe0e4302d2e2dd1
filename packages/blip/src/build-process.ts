import type { BuildJob, BuildJobReply } from './build-job.js';
import { comparePrecision } from './compare-precision.js';
import { optimizeGraphs } from './optimized-graphs.js';
import { measureSpeeds } from './speed-trial.js';

process.once('message', async (job: BuildJob) => {
  const result = await run(job).catch((error: Error) => ({ status: 'failed', message: error.message }) as const);
  process.send?.(result, () => process.disconnect());
});
// Whoever asked is gone: nobody needs the result.
process.once('disconnect', () => process.exit());

async function run(job: BuildJob): Promise<BuildJobReply> {
  const onProgress = () => process.send?.({ status: 'progress' } satisfies BuildJobReply);
  if (job.type === 'compare')
    return { status: 'done', result: await comparePrecision(job.reference, job.candidate, onProgress) };
  if (job.type === 'time')
    return { status: 'done', result: await measureSpeeds(job.trials, job.lengthening, job.threads, onProgress) };
  await optimizeGraphs(job.folder, job.target, job.options, onProgress);
  return { status: 'done', result: null };
}
