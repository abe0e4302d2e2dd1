import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { secretOf, verifyWebhook } from '@blipq/webhooks';
import type { BatchView } from './batch-ledger.js';
import type { Ledger } from './ledger.js';
import { resultOf, type WorkView } from './result.js';

/** What is wrong with a receiver. */
export type ReceiverFault = '500' | 'hang' | 'drip' | '301' | 'reset';

interface Strike {
  fault: ReceiverFault;
  /** Whose messages are struck; null for everybody's. */
  tenant: string | null;
  left: number;
  /** Messages that were struck. */
  ids: Set<string>;
  spent: () => void;
}

/** A server for everybody's webhooks. It checks every signature, and fails when it is told to. */
export class Receiver {
  readonly #server: Server;
  readonly #ledger: Ledger;
  readonly #secret: string;
  readonly #delivered = new Set<string>();
  #strike: Strike | undefined;
  readonly #wake = new Set<() => void>();

  private constructor(ledger: Ledger, secret: string) {
    this.#ledger = ledger;
    this.#secret = secret;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(ledger: Ledger, secret: string): Promise<Receiver> {
    const receiver = new Receiver(ledger, secret);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Where a tenant has its messages sent. */
  urlFor(tenant: string): string {
    return `http://127.0.0.1:${this.port}/${tenant}`;
  }

  /**
   * Fails at the next `count` messages, of one tenant or of all, but not for longer than `limitMs` or until it is to
   * recover. The ids of those that it failed at.
   */
  async fail(fault: ReceiverFault, count: number, limitMs: number, tenant: string | null = null): Promise<Set<string>> {
    const ids = new Set<string>();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      const spent = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#strike = { fault, tenant, left: count, ids, spent };
    });
    this.#strike = undefined;
    this.#wakeAll();
    return ids;
  }

  /** Resolves when it has failed at a message. */
  async failing(): Promise<void> {
    const strike = this.#strike!;
    while (strike.ids.size === 0 && this.#strike === strike) {
      await new Promise<void>((resolve) => {
        this.#wake.add(resolve);
      });
    }
  }

  recover(): void {
    this.#strike?.spent();
  }

  /** Resolves when all of these have been taken, but for those of work that its caller deleted, which may never come. */
  async took(ids: Iterable<string>): Promise<void> {
    const wanted = [...ids];
    while (!wanted.every((id) => this.#delivered.has(id) || this.#ledger.isDeleted(subjectOf(id)))) {
      const woken = new Promise<void>((resolve) => {
        this.#wake.add(resolve);
      });
      // A deletion wakes nobody.
      await Promise.race([woken, pause(1000)]);
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A notifier that was killed in the middle of a message is none of our business.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    try {
      const tenant = request.url!.slice(1);
      const secret = secretOf(tenant, this.#secret);
      const { data } = verifyWebhook<{ data: WorkView | BatchView }>(body, request.headers, secret);
      const id = String(request.headers['webhook-id']);
      const strike = this.#nextStrike(tenant);
      const answered = strike === undefined ? 204 : statusOf(strike.fault);
      if ('items' in data) this.#ledger.batches.heard(data, { id, answered });
      else this.#heard(data, id, answered);
      if (strike !== undefined) {
        strike.ids.add(id);
        this.#wakeAll();
        fail(strike.fault, response);
        if (strike.left === 0) strike.spent();
        return;
      }
      response.writeHead(204).end();
      this.#delivered.add(id);
      this.#wakeAll();
    } catch (error) {
      this.#ledger.odd(`webhook: ${(error as Error).message}`);
      response.destroy();
    }
  }

  #heard(data: WorkView, id: string, answered: number | null): void {
    const message = { at: this.#ledger.now(), id, subject: data.id, state: data.state, answered };
    this.#ledger.heard({ ...message, result: resultOf(data) });
  }

  #nextStrike(tenant: string): Strike | undefined {
    if (this.#strike === undefined || this.#strike.left === 0) return undefined;
    if ((this.#strike.tenant ?? tenant) !== tenant) return undefined;
    this.#strike.left -= 1;
    return this.#strike;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** What a message is about: `msg_<id>_<state>`. */
function subjectOf(message: string): string {
  return message.slice('msg_'.length, message.lastIndexOf('_'));
}

function statusOf(fault: ReceiverFault): number | null {
  return fault === '500' ? 500 : fault === '301' ? 301 : null;
}

function fail(fault: ReceiverFault, response: ServerResponse): void {
  switch (fault) {
    case '500':
      return void response.writeHead(500).end();
    case '301':
      return void response.writeHead(301, { location: '/elsewhere' }).end();
    case 'reset':
      return void response.socket!.resetAndDestroy();
    case 'drip': {
      response.socket!.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      const timer = setInterval(() => response.socket?.write('x'), 20);
      return void response.once('close', () => clearInterval(timer));
    }
    case 'hang':
  }
}
