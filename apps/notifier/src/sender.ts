import type { DeliveryVerdict, DeliveryWork } from '@blipq/queue';
import { inSpan, traceparent } from '@blipq/service';
import { retryPauseMs } from '@blipq/webhooks';
import { type SigningParts, sendSigned } from './send-signed.js';

export interface SenderParts extends SigningParts {
  /** Pauses before each attempt, the first included. */
  scheduleMs: readonly number[];
}

/** Makes one attempt and says what follows from it. */
export function sender({ scheduleMs, ...parts }: SenderParts) {
  return async (work: DeliveryWork, signal: AbortSignal): Promise<DeliveryVerdict> => {
    const outcome = await inSpan('deliver', spanOf(work), async (span) => {
      const sent = await sendSigned(parts, work, { signal, traceparent: traceparent() });
      const { status, error } = sent.attempt;
      if (status !== null) span.set({ 'http.response.status_code': status });
      if (error !== null) span.fail(String(status ?? 'unanswered'));
      return sent;
    });
    const { status, attempt: made, host, retryAfterMs } = outcome;
    if (status === 'delivered') return { status, attempt: made, host };
    if (status === 'gone') return { status: 'failed', reason: 'gone', attempt: made, host };
    const pauseMs = retryPauseMs(work.attempt, { scheduleMs, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    if (pauseMs === undefined) return { status: 'failed', reason: 'attempts_exhausted', attempt: made, host };
    return { status: 'retry', pauseMs, attempt: made, host };
  };
}

/** The URL may hold a secret of the receiver's, so only its host is logged. */
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
