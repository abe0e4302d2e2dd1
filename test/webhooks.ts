import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { newCaptionId } from '../packages/contracts/src/index.js';
import type { WorkQueue } from '../packages/queue/src/index.js';
import { AppProcess } from '../packages/test-servers/src/index.js';
import { verifyWebhook } from '../packages/webhooks/src/index.js';

/** A message that reached a receiver, signature checked. */
export interface Received {
  id: string;
  /** Milliseconds, `performance.now()`. */
  at: number;
  data: { id: string; state: string };
}

/** Answers the n-th message (from 1) of a receiver. */
export type Answer = (response: ServerResponse, n: number, message: Received) => void;

/** A receiver of webhooks on a port of its own. A message whose signature does not fit is an error. */
export class Receiver {
  readonly messages: Received[] = [];
  readonly connections: Socket[] = [];
  readonly errors: unknown[] = [];
  readonly url: string;
  readonly port: number;

  private constructor(host: string, port: number) {
    this.port = port;
    this.url = `http://${host}:${port}/hook`;
  }

  static async start(secret: string | (() => string), answer: Answer, host = '127.0.0.1', port = 0): Promise<Receiver> {
    const server = createServer((request, response) => {
      receiver
        .#take(request, typeof secret === 'string' ? secret : secret())
        .then((message) => answer(response, receiver.messages.length, message))
        .catch((error: unknown) => receiver.errors.push(error));
    });
    server.listen(port, host);
    await once(server, 'listening');
    const receiver = new Receiver(host, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      receiver.connections.push(socket);
      socket.on('error', () => {});
    });
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return receiver;
  }

  async #take(request: IncomingMessage, secret: string): Promise<Received> {
    const at = performance.now();
    const { data } = verifyWebhook<Received>(await text(request), request.headers, secret);
    const message = { id: String(request.headers['webhook-id']), at, data };
    this.messages.push(message);
    return message;
  }

  /** How often each id came. */
  get counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { id } of this.messages) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  }
}

export type NotifierEnv = Record<string, string> & { REDIS_URL: string; BLIPQ_NAMESPACE: string };

/** The notifier as it is deployed, allowed to send to this machine; it ends with the test. */
export async function startNotifier(env: NotifierEnv): Promise<AppProcess> {
  const defaults = { BLIPQ_WEBHOOK_ALLOW: '127.0.0.1', BLIPQ_WEBHOOK_HTTP: '1', BLIPQ_HEALTH_PORT: '0' };
  const notifier = new AppProcess('notifier', { ...defaults, ...env });
  onTestFinished(() => notifier.kill('SIGKILL'));
  return await notifier.ready();
}

/** Has a caption end, canceled, whose end is to be told to `url`. Returns the id that its webhook must have. */
export async function endedCaption(queue: WorkQueue, url: string): Promise<string> {
  const id = newCaptionId();
  await queue.submit({
    id,
    model: 'demo',
    revision: 'r1',
    prompt: 'a picture of',
    params: {
      max_new_tokens: 20,
      min_new_tokens: 0,
      num_beams: 1,
      length_penalty: 1,
      early_stopping: false,
      repetition_penalty: 1,
      no_repeat_ngram_size: 0,
    },
    image: { width: 64, height: 64, format: 'png', sha256: 'ab'.repeat(32), bytes: 1234 },
    pixels: new Uint8Array(12),
    webhook: { url, events: ['caption.canceled'], secret: 'default' },
  });
  await queue.cancel(id);
  return `msg_${id}_canceled`;
}
