import { secretDefault, secretOwn } from '@blipq/contracts';
import type { PingWork } from '@blipq/queue';
import {
  type DeliverOptions,
  type DeliverOutcome,
  deliverWebhook,
  type GuardedAgent,
  type SigningSecrets,
} from '@blipq/webhooks';

export interface SigningParts {
  agent: GuardedAgent;
  secrets: SigningSecrets;
  timeouts: Pick<DeliverOptions, 'connectTimeoutMs' | 'timeoutMs'>;
}

/** Sends a message once, signed with every secret that is valid now. Without any it is not sent, which is a failure. */
export async function sendSigned(
  { agent, secrets, timeouts }: SigningParts,
  { id, tenant, url, body, secret, at }: PingWork,
  { traceparent, ...options }: DeliverOptions & { traceparent?: string | undefined },
): Promise<DeliverOutcome> {
  const valid = secrets.valid(secret, tenant);
  if (valid.length > 0) {
    const delivery = { id, url, body, secrets: valid, at, traceparent };
    return await deliverWebhook(agent, delivery, { ...timeouts, ...options });
  }
  const error = `The notifier has no signing secret named ${secret === secretOwn ? secretDefault : secret}.`;
  const unsent = { at: at.toISOString(), duration_ms: 0, status: null, error };
  return { status: 'failed', attempt: unsent, host: 'unknown' };
}
