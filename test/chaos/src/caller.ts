import { type Ask, type Client, causeOf, patienceMs, type Reply } from './client.js';
import { eventData } from './event-stream.js';
import type { ImageHosts } from './image-hosts.js';
import type { ImageFile } from './images.js';
import { type Ledger, terminalStates } from './ledger.js';
import type { Follow, PlannedRequest } from './planned-request.js';
import type { Receiver } from './receiver.js';
import type { WorkView } from './result.js';
import { pathOf, type Scene } from './scene.js';
import { submissionOf } from './submission.js';

export interface CallerOptions {
  client: Client;
  ledger: Ledger;
  scenes: readonly Scene[];
  /** By scene. */
  images: readonly ImageFile[];
  hosts: ImageHosts;
  receivers: readonly Receiver[];
}

export interface Errand {
  request: PlannedRequest;
  round: number;
  /** How it is sent, where that matters: to one gateway, with short pauses. */
  via?: Pick<Ask, 'at' | 'pauseMaxMs'>;
}

const waitS = 10;
/** A stream says something every 15 s. */
const streamPatienceMs = 30_000;

/** Carries out what a plan has callers do, and writes down whatever they are told. */
export class Caller {
  readonly #client: Client;
  readonly #ledger: Ledger;
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#ledger = options.ledger;
  }

  /** From submission to the end, and what comes after it. The caption as it was seen last. */
  async carryOut(errand: Errand): Promise<WorkView | undefined> {
    const { request } = errand;
    const copies = Array.from({ length: request.copies }, () => this.#submit(errand));
    const [view] = (await Promise.all(copies)).filter((copy) => copy !== undefined);
    if (view === undefined) return void this.#ledger.gaveUp(request.name);
    const ended = await this.accompany(view.id, request);
    if (ended === undefined) return undefined;
    if (request.retry && ended.state === 'canceled') await this.#retry(ended.id, errand);
    if (request.remove) await this.#remove(ended.id);
    return ended;
  }

  async #submit({ request, round, via }: Errand): Promise<WorkView | undefined> {
    const { name, tenant, scene, identity, timeoutS, webhook } = request;
    const sentAt = this.#ledger.now();
    const { scenes, images, receivers } = this.#options;
    const receiver = webhook === null ? null : receivers[webhook]!.urlFor(tenant);
    const ask = submissionOf(request, scenes[scene]!, images[scene]!, receiver);
    const reply = await this.#client.ask({ ...ask, ...via });
    if (reply === undefined) return undefined;
    const { kind } = scenes[scene]!;
    const asked = { request: name, tenant, round, scene, kind, sentAt, timeoutS, webhook: webhook !== null };
    const id = identity.kind === 'none' ? null : identity.kind === 'key' ? identity.key : identity.id;
    this.#ledger.acknowledged(viewOf(reply).id, asked, id);
    this.#ledger.saw(viewOf(reply), 'submit');
    return viewOf(reply);
  }

  /** Follows a caption to its end, and cancels it on the way if that is planned. */
  async accompany(
    id: string,
    { follow, cancelAfterMs }: Pick<PlannedRequest, 'follow' | 'cancelAfterMs'>,
  ): Promise<WorkView | undefined> {
    const cancel = cancelAfterMs === null ? undefined : this.#client.rest(cancelAfterMs).then(() => this.#cancel(id));
    const [ended] = await Promise.all([follow === 'events' ? this.#watch(id) : this.#ask(id, follow), cancel]);
    return ended;
  }

  async #ask(id: string, follow: Follow): Promise<WorkView | undefined> {
    const headers: Record<string, string> = follow === 'wait' ? { prefer: `wait=${waitS}` } : {};
    for (let round = 0; !this.#client.isOver; round += 1) {
      const view = await this.read(id, follow === 'wait' ? 'wait' : 'get', headers);
      if (view === undefined || terminalStates.includes(view.state)) return view;
      if (follow === 'poll') await this.#client.rest(Math.min(100 * 1.5 ** round, 1000));
    }
    return undefined;
  }

  /** The caption as it is now; undefined when it is gone. */
  async read(id: string, by: 'get' | 'wait' | 'sweep', headers = {}): Promise<WorkView | undefined> {
    const timeoutMs = patienceMs + (by === 'wait' ? 1000 * waitS : 0);
    const ask = { tenant: this.#tenantOf(id), path: pathOf(id), headers, timeoutMs, answers: [200, 404, 410] };
    const reply = await this.#client.ask(ask);
    if (reply === undefined) return undefined;
    if (reply.status !== 200) {
      this.#ledger.missed(id, reply.status === 404 ? 'missing' : 'expired_record', by);
      return undefined;
    }
    this.#ledger.saw(viewOf(reply), by);
    return viewOf(reply);
  }

  async #watch(id: string): Promise<WorkView | undefined> {
    let last: WorkView | undefined;
    while (!this.#client.isOver) {
      try {
        const headers = { 'last-event-id': String(last?.version ?? 0) };
        const path = `${pathOf(id)}/events`;
        const ask = { tenant: this.#tenantOf(id), path, headers, timeoutMs: streamPatienceMs, answers: [] };
        const response = await this.#client.open(ask);
        if (response.status !== 200) return await this.#ask(id, 'poll');
        for await (const data of eventData(response)) {
          last = JSON.parse(data) as WorkView;
          this.#ledger.saw(last, 'events');
        }
      } catch (error) {
        this.#ledger.failed(`events of ${id}: ${causeOf(error)}`);
        await this.#client.rest(200);
      }
      if (last !== undefined && terminalStates.includes(last.state)) return last;
    }
    return undefined;
  }

  async #cancel(id: string): Promise<void> {
    const path = `${pathOf(id)}/cancel`;
    const tenant = this.#tenantOf(id);
    const reply = await this.#client.ask({ tenant, method: 'POST', path, answers: [200, 202, 404, 409, 410] });
    if (reply === undefined) return;
    this.#ledger.canceled(id, reply.status);
    if (reply.status <= 202) this.#ledger.saw(viewOf(reply), 'cancel');
  }

  async #retry(of: string, { request, round }: Errand): Promise<void> {
    const sentAt = this.#ledger.now();
    const key = `retry-${of}`;
    const headers = { 'idempotency-key': key };
    const { tenant, scene } = request;
    const ask = { tenant, method: 'POST', path: `${pathOf(of)}/retry`, headers, answers: [202, 404, 410] };
    const reply = await this.#client.ask(ask);
    if (reply?.status !== 202) return;
    const { kind } = this.#options.scenes[scene]!;
    const asked = { request: `${request.name}.retry`, tenant, round, scene, kind, sentAt };
    const { id } = viewOf(reply);
    this.#ledger.acknowledged(id, { ...asked, timeoutS: null, webhook: request.webhook !== null }, key);
    this.#ledger.saw(viewOf(reply), 'submit');
    await this.#ask(id, 'wait');
  }

  async #remove(id: string): Promise<void> {
    // Whoever asks in the meantime may be told already.
    this.#ledger.deleted(id);
    await this.#client.ask({
      ...{ tenant: this.#tenantOf(id), method: 'DELETE', path: pathOf(id), answers: [204, 404, 410] },
    });
  }

  #tenantOf(id: string): string {
    return this.#ledger.of(id)!.tenant;
  }
}

function viewOf({ body }: Reply): WorkView {
  return body as unknown as WorkView;
}
