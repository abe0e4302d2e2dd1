import { pruneGraphs } from '@blipq/blip';
import { inWords } from '@blipq/hub';
import { StartupError } from '@blipq/service';

export interface PruneCommand {
  readonly unusedDays: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * Removes graphs from a cache that nobody has used for a while, and tells which.
 *
 * @throws StartupError where the cache cannot be written
 */
export async function pruneReport(cacheDir: string, { unusedDays, dryRun, json }: PruneCommand): Promise<string> {
  const removed = await pruneGraphs(cacheDir, { unusedDays, dryRun }).catch((error: Error) => {
    throw new StartupError(`graphs cannot be removed from ${cacheDir}: ${error.message}`);
  });
  const bytes = removed.reduce((sum, entry) => sum + entry.bytes, 0);
  if (json) return `${JSON.stringify({ cache: cacheDir, dry_run: dryRun, bytes, removed }, null, 2)}\n`;
  const verb = dryRun ? 'would remove' : 'removed';
  const lines = removed.map((entry) => `${verb} ${entry.path}: ${inWords(entry.bytes)}`);
  return [...lines, `${verb} ${inWords(bytes)} from ${cacheDir}`, ''].join('\n');
}
