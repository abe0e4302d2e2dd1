import { testAnswerBytesMax, type WebhookTest } from '@blipq/contracts';
import type { PingWork } from '@blipq/queue';
import { type SigningParts, sendSigned } from './send-signed.js';

/** A caller waits for the outcome of a test, and proxies on its way cut long waits. */
const testTimeoutMs = 20_000;

/** Sends the `ping` of a test as a webhook is sent, once, and says what its receiver did. */
export function pingSender(parts: SigningParts) {
  return async (work: PingWork, signal: AbortSignal): Promise<WebhookTest> => {
    const timeoutMs = Math.min(parts.timeouts.timeoutMs ?? testTimeoutMs, testTimeoutMs);
    const options = { signal, timeoutMs, answerBytesMax: testAnswerBytesMax };
    const { status, attempt, answer } = await sendSigned(parts, work, options);
    return {
      id: work.id,
      object: 'webhook_test',
      url: work.url,
      delivered: status === 'delivered',
      ...attempt,
      answer: answer === undefined ? null : new TextDecoder().decode(answer),
    };
  };
}
