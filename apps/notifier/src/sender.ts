import { secretDefault, secretOwn } from '@blipq/contracts';
import type { DeliveryVerdict, DeliveryWork } from '@blipq/queue';
import { inSpan, traceparent } from '@blipq/service';
import {
  type DeliverOptions,
  deliverWebhook,
  type GuardedAgent,
  retryPauseMs,
  type SigningSecrets,
} from '@blipq/webhooks';

export interface SenderParts {
  agent: GuardedAgent;
  secrets: SigningSecrets;
  /** Pauses before each attempt, the first included. */
  scheduleMs: readonly number[];
  timeouts: Pick<DeliverOptions, 'connectTimeoutMs' | 'timeoutMs'>;
}

/** Makes one attempt and says what follows from it. */
export function sender({ agent, secrets, scheduleMs, timeouts }: SenderParts) {
  return async (work: DeliveryWork, signal: AbortSignal): Promise<DeliveryVerdict> => {
    const { id, tenant, url, body, secret, at, attempt } = work;
    const outcome = await inSpan('deliver', spanOf(work), async (span) => {
      const sent = await send();
      const { status, error } = sent.attempt;
      if (status !== null) span.set({ 'http.response.status_code': status });
      if (error !== null) span.fail(String(status ?? 'unanswered'));
      return sent;
    });
    const { status, attempt: made, host, retryAfterMs } = outcome;
    if (status === 'delivered') return { status, attempt: made, host };
    if (status === 'gone') return { status: 'failed', reason: 'gone', attempt: made, host };
    const pauseMs = retryPauseMs(attempt, { scheduleMs, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    if (pauseMs === undefined) return { status: 'failed', reason: 'attempts_exhausted', attempt: made, host };
    return { status: 'retry', pauseMs, attempt: made, host };

    async function send(): ReturnType<typeof deliverWebhook> {
      const valid = secrets.valid(secret, tenant);
      if (valid.length > 0)
        return await deliverWebhook(
          agent,
          { id, url, body, secrets: valid, at, traceparent: traceparent() },
          { ...timeouts, signal },
        );
      const error = `The notifier has no signing secret named ${secret === secretOwn ? secretDefault : secret}.`;
      const unsent = { at: at.toISOString(), duration_ms: 0, status: null, error };
      return { status: 'failed', attempt: unsent, host: 'unknown' };
    }
  };
}

/** The URL may hold a secret of the receiver's, so only its host is told. */
function spanOf({ id, event, url, attempt, trace }: DeliveryWork) {
  const attributes = {
    'http.request.method': 'POST',
    'server.address': new URL(url).hostname,
    'messaging.message.id': id,
    'blipq.event': event,
    'blipq.attempt': attempt,
  };
  return { kind: 'client', parent: trace, attributes } as const;
}
