import { BlipqError, type DeliveryAttempt } from '@blipq/contracts';
import type { GuardedAgent } from './guarded-agent.js';
import { guardedRequest, type ResponseHead } from './guarded-request.js';
import { parseRetryAfter } from './retry-schedule.js';
import { signWebhook } from './sign.js';

export interface Delivery {
  /** The `webhook-id`. */
  id: string;
  url: string;
  body: Uint8Array;
  /** All that are valid now. */
  secrets: readonly string[];
  /** Now, by a clock that receivers may believe. Default: this machine's. */
  at?: Date;
  /** W3C Trace Context: lets the receiver continue the trace. */
  traceparent?: string | undefined;
}

export interface DeliverOptions {
  /** DNS, TCP and TLS together. Default 5 s. */
  connectTimeoutMs?: number;
  /** To the head of the answer. Default 15 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Bytes of the answer's body that are read. Default 16 KiB, which only let the connection be used again. */
  answerBytesMax?: number;
}

/** One attempt and what follows from it. */
export interface DeliverOutcome {
  /** `gone`: the receiver wants no more of these. */
  status: 'delivered' | 'failed' | 'gone';
  attempt: DeliveryAttempt;
  retryAfterMs?: number;
  /** What it says about the host: answers make sense, it is in trouble, or it was not asked. */
  host: 'alive' | 'failing' | 'unknown';
  /** The first bytes of the answer's body, if it came within a second of the head. */
  answer?: Uint8Array;
}

/** Of an answer's body, which means nothing to us, this much is read so that the connection can be used again. */
const readBytesMax = 16 * 1024;
/** How long after the head of an answer that is waited for, in milliseconds. */
const answerPatienceMs = 1000;

/**
 * Sends a webhook once: signed now, to an address that was checked now. Only a 2xx status counts as received, from the
 * moment its head is there; redirects are answers like any other and are not followed.
 *
 * @throws the signal's reason when it aborts
 */
export async function deliverWebhook(
  agent: GuardedAgent,
  { id, url, body, secrets, at = new Date(), traceparent }: Delivery,
  options: DeliverOptions = {},
): Promise<DeliverOutcome> {
  const began = performance.now();
  const headers = {
    ...signWebhook({ id, at, body }, secrets),
    'content-type': 'application/json',
    'user-agent': 'BlipQ',
    ...(traceparent !== undefined && { traceparent }),
  };
  const answer = await answerTo(agent, url, { ...options, headers, body }).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    if (error instanceof BlipqError) return error;
    throw error;
  });
  return outcomeOf(answer, { at: at.toISOString(), duration_ms: Math.round(performance.now() - began) });
}

type Request = DeliverOptions & { headers: Record<string, string>; body: Uint8Array };

/** The answer, or its head alone: what goes wrong after that, or takes too long, is no longer our business. */
async function answerTo(agent: GuardedAgent, url: string, request: Request): Promise<Answer> {
  let head: ResponseHead | undefined;
  let patience: NodeJS.Timeout | undefined;
  const enough = new AbortController();
  const { signal = enough.signal } = request;
  try {
    return await guardedRequest(agent, url, {
      ...request,
      method: 'POST',
      bytesMax: request.answerBytesMax ?? readBytesMax,
      signal: AbortSignal.any([signal, enough.signal]),
      wantsBody: (answered) => {
        head = answered;
        patience = setTimeout(() => enough.abort(), answerPatienceMs);
        return true;
      },
    });
  } catch (error) {
    if (head === undefined) throw error;
    return head;
  } finally {
    clearTimeout(patience);
  }
}

type Answer = ResponseHead & { body?: Uint8Array };
type Moment = Pick<DeliveryAttempt, 'at' | 'duration_ms'>;

function outcomeOf(answer: Answer | BlipqError, moment: Moment): DeliverOutcome {
  if (answer instanceof BlipqError) {
    const attempt = { ...moment, status: null, error: answer.detail };
    return { status: 'failed', attempt, host: answer.code === 'url_blocked' ? 'unknown' : 'failing' };
  }
  const { status, body } = answer;
  const said = body && { answer: body };
  if (status >= 200 && status < 300) {
    return { status: 'delivered', attempt: { ...moment, status, error: null }, host: 'alive', ...said };
  }
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
  return {
    status: status === 410 ? 'gone' : 'failed',
    attempt: { ...moment, status, error: reasonOf(status) },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    host: status === 429 || status >= 500 ? 'failing' : 'alive',
    ...said,
  };
}

function reasonOf(status: number): string {
  if (status === 410) return 'The receiver answered 410: it wants no more webhooks.';
  if (status >= 300 && status < 400) return `The receiver redirects (${status}), which is not followed.`;
  return `The receiver answered ${status}.`;
}
