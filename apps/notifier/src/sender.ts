import type { DeliveryVerdict, DeliveryWork } from '@blipq/queue';
import { type DeliverOptions, deliverWebhook, type GuardedAgent, retryPauseMs } from '@blipq/webhooks';
import type { SigningSecrets } from './signing-secrets.js';

export interface SenderParts {
  agent: GuardedAgent;
  secrets: SigningSecrets;
  /** Pauses before each attempt, the first included. */
  scheduleMs: readonly number[];
  timeouts: Pick<DeliverOptions, 'connectTimeoutMs' | 'timeoutMs'>;
}

/** Makes one attempt and says what follows from it. */
export function sender({ agent, secrets, scheduleMs, timeouts }: SenderParts) {
  return async ({ id, url, body, secret, attempt }: DeliveryWork, signal: AbortSignal): Promise<DeliveryVerdict> => {
    const outcome = await send();
    const { status, attempt: made, host, retryAfterMs } = outcome;
    if (status === 'delivered') return { status, attempt: made, host };
    if (status === 'gone') return { status: 'failed', reason: 'gone', attempt: made, host };
    const pauseMs = retryPauseMs(attempt, { scheduleMs, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    if (pauseMs === undefined) return { status: 'failed', reason: 'attempts_exhausted', attempt: made, host };
    return { status: 'retry', pauseMs, attempt: made, host };

    async function send(): ReturnType<typeof deliverWebhook> {
      const valid = secrets.valid(secret);
      if (valid.length > 0)
        return await deliverWebhook(agent, { id, url, body, secrets: valid }, { ...timeouts, signal });
      const error = `The notifier has no signing secret named ${secret}.`;
      const unsent = { at: new Date().toISOString(), duration_ms: 0, status: null, error };
      return { status: 'failed', attempt: unsent, host: 'unknown' };
    }
  };
}
