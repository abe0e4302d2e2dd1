import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import type { GatewayService } from './service.js';
import { credentials } from './tenants.js';

export interface Ask {
  /** Who asks. */
  tenant: string;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: () => RequestInit['body'];
  /** Longest that one try may take, in milliseconds. Default 10 s. */
  timeoutMs?: number;
  /** It is sent once before, by a caller that hangs up after so many milliseconds. */
  hangUpMs?: number;
  /** Statuses that are an answer; those that say "later" are tried again, all others are odd. */
  answers: readonly number[];
  /** One gateway's address, instead of whichever comes next. */
  at?: string;
  /** Longest pause between two tries, in milliseconds. Default 2000. */
  pauseMaxMs?: number;
}

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

const later = ['rate_limited', 'tenant_queue_full', 'queue_full', 'queue_unavailable', 'shutting_down'];
const laterToo = ['idempotency_in_progress', 'not_terminal', 'model_unavailable'];
const pauseMaxDefaultMs = 2000;
/** Longest that one try may take, in milliseconds: a slow machine is no reason to try again. */
export const patienceMs = 10_000;

/** A caller as callers should be: repeats what got no answer or "later", honours Retry-After, and never gives up. */
export class Client {
  readonly #service: GatewayService;
  readonly #ledger: Ledger;
  readonly #over: AbortSignal;

  /** @param over aborts when the run is over and nobody waits any longer */
  constructor(service: GatewayService, ledger: Ledger, over: AbortSignal) {
    setMaxListeners(0, over);
    this.#service = service;
    this.#ledger = ledger;
    this.#over = over;
  }

  get isOver(): boolean {
    return this.#over.aborted;
  }

  /** The answer; undefined when the run was over first, or when it is one that nobody should get. */
  async ask(ask: Ask): Promise<Reply | undefined> {
    for (let failures = 0; !this.isOver; failures += 1) {
      if (failures === 0 && ask.hangUpMs !== undefined) await this.#hangUp({ ...ask, timeoutMs: ask.hangUpMs });
      const { reply, retryAfterMs } = await this.#try(ask);
      if (reply !== undefined && ask.answers.includes(reply.status)) return reply;
      const what = `${ask.method ?? 'GET'} ${ask.path}: ${reply?.status} ${reply?.body.code ?? ''}`;
      if (reply !== undefined) {
        const { code } = reply.body as { code?: string };
        const patient = [...later, ...laterToo].includes(code ?? '');
        if (!patient) return void this.#ledger.odd(what);
        if (later.includes(code!)) this.#ledger.failed(what, code === 'queue_unavailable');
      }
      await this.rest(
        Math.min(retryAfterMs ?? 50 * 2 ** failures, ask.pauseMaxMs ?? pauseMaxDefaultMs) * (0.5 + Math.random()),
      );
    }
    return undefined;
  }

  async #try(ask: Ask): Promise<{ reply?: Reply; retryAfterMs?: number }> {
    const began = performance.now();
    try {
      const response = await this.open(ask).catch(async (error: unknown) => {
        // A connection that was kept open ends as a request is sent on it: HTTP clients send a GET again (RFC 9110, 9.2.2).
        if ((ask.method ?? 'GET') !== 'GET' || !causeOf(error).includes('other side closed')) throw error;
        return await this.open(ask);
      });
      const text = await response.text();
      // Node's own answer to a request whose head came too slowly, as where this process had no time to send it.
      if (response.status === 408 && text === '') throw new Error('408 without a body');
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      if (body.code === 'queue_unavailable') {
        this.#ledger.refused(performance.now() - began, ask.path === '/v1/batches');
      }
      const seconds = response.headers.get('retry-after');
      return {
        reply: { status: response.status, body },
        ...(seconds !== null && { retryAfterMs: 1000 * Number(seconds) }),
      };
    } catch (error) {
      const isLate = (error as Error).name === 'TimeoutError';
      this.#ledger.failed(`${ask.method ?? 'GET'} ${ask.path}: ${causeOf(error)}`, isLate);
      return {};
    }
  }

  /** Sends it and does not wait for the answer. */
  async #hangUp(ask: Ask): Promise<void> {
    await this.open(ask).catch(() => undefined);
  }

  /** One try, answered with a body that is still to be read. Rejects when there is no answer. */
  async open({ tenant, method = 'GET', path, headers, body, timeoutMs = patienceMs, at }: Ask): Promise<Response> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#over]);
    return await fetch((at ?? this.#service.next()) + path, {
      ...{ method, signal, headers: { ...credentials(tenant), ...headers } },
      ...(body && { body: body() }),
    } as RequestInit);
  }

  /** Resolves after that many milliseconds, or when the run is over. */
  async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#over }).catch(() => undefined);
  }
}

export function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}
