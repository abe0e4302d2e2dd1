import { Blipq } from '@blipq/client';
import { serverTrouble } from './server-trouble.js';

export interface WebhookTestCall {
  url: string;
  server: string;
  apiKey: string | undefined;
  json: boolean;
}

/**
 * Has a server send a `ping` to a URL.
 *
 * @returns what its receiver did, for people or as JSON, and whether it received the `ping`
 * @throws RunError when there is no outcome
 */
export async function webhookTest({ url, server, apiKey, json }: WebhookTestCall) {
  const blipq = new Blipq({ server, apiKey, retryForMs: 10_000 });
  const test = await blipq.testWebhook(url).catch((error: unknown) => {
    throw serverTrouble(error, server);
  });
  const { delivered, status, duration_ms: ms, error, answer, id } = test;
  const what = delivered ? `The receiver answered ${status}, so it received ${id}.` : error;
  const lines = [`${what} (${ms} ms)`, ...(answer ? [answer.trimEnd()] : [])];
  return { delivered, text: json ? `${JSON.stringify(test)}\n` : `${lines.join('\n')}\n` };
}
