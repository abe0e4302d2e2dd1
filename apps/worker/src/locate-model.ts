import { setTimeout as delay } from 'node:timers/promises';
import { Backoff, type ModelLocation } from '@blipq/engine';
import { atEachTenth, downloadWords, HubError, type HubOptions, type ResolvedModel, resolveModel } from '@blipq/hub';
import { type Logger, StartupError } from '@blipq/service';

export interface LocateOptions {
  /** A folder, or `owner/name[@revision]` on the Hub; `base+adapter` for a LoRA adapter with its base. */
  reference: string;
  hub: HubOptions;
  logger: Logger;
}

/**
 * Finds the checkpoint that BLIPQ_MODEL names, downloading it where it has to be. What may pass by itself, such as a
 * Hub that cannot be reached, is waited out: the worker is alive meanwhile and not ready.
 *
 * @throws StartupError for what will not pass: a wrong name, a licence to accept, a bad token, a full disk
 */
export async function locateModel(options: LocateOptions, signal: AbortSignal): Promise<ModelLocation> {
  const { reference, logger } = options;
  const backoff = new Backoff({ minMs: 1000, maxMs: 60_000, resetAfterMs: Number.POSITIVE_INFINITY });
  for (;;) {
    try {
      const { folder, name, commit, adapter } = await resolve(options, signal);
      if (commit !== null || adapter !== undefined)
        logger.info({ model: name, commit, folder, adapter }, 'model found');
      return { checkpoint: folder, name, ...(adapter && { adapter: adapter.folder }) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      if (!error.retryable) throw new StartupError(`BLIPQ_MODEL ${reference}: ${error.message}`);
      const delayMs = Math.round(Math.max(backoff.delayAfter(0), error.retryAfterMs ?? 0));
      logger.warn({ reason: error.message, delayMs }, 'the model could not be downloaded; trying again');
      await delay(delayMs, undefined, { signal });
    }
  }
}

async function resolve({ reference, hub, logger }: LocateOptions, signal: AbortSignal): Promise<ResolvedModel> {
  return await resolveModel(reference, {
    ...hub,
    signal,
    onProgress: atEachTenth((progress) => {
      logger.info({ phase: 'download', doing: downloadWords(progress), ...progress }, 'preparing the model');
    }),
    onWarning: (message) => logger.warn(message),
  });
}
