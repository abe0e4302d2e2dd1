import { Agent, type IncomingMessage, request } from 'node:http';

/** One caller, and its part of the requests. */
export interface Caller {
  name: string;
  secret: string;
  part: number;
}

/** What one caller got. */
export interface Tally {
  offered: number;
  /** Answers to submissions by status and code. */
  answers: Map<string, number>;
  /** Captions that ended, by state, and how long those that succeeded took from being accepted, in milliseconds. */
  ended: Map<string, number>;
  latenciesMs: number[];
  /** When captions succeeded, and how long submissions took to be answered, in milliseconds. */
  successesMs: number[];
  answeredMs: number[];
}

export interface Images {
  good: Buffer[];
  bad: Buffer;
}

interface Open {
  tally: Tally;
  /** On Redis's clock, which is this machine's. */
  createdMs: number;
}

/**
 * What is asked of the bundled model, so that a caption costs several times what its submission does, as with a BLIP of
 * the published sizes, of which a caption costs a hundred times as much.
 */
const asked = 'num_beams=8&min_new_tokens=30&max_new_tokens=40';

/** How often the rate is set anew, in seconds. */
const measureS = 15;

const states = ['succeeded', 'failed', 'canceled', 'expired'];

/**
 * Sends submissions at a rate of its own, whatever comes back, and writes down what does. One in 25 has an image that is
 * none, one in 10 a webhook, one in 20 waits for its caption, one in 20 is canceled as soon as it is accepted.
 */
export class SoakTraffic {
  readonly tallies = new Map<string, Tally>();
  /** Accepted, and not yet known to have ended. */
  readonly open = new Map<string, Open>();
  /** Whatever should not be: an unknown answer, a second end. */
  readonly wrong = new Map<string, number>();
  /** Why there was no room, in the gateway's words without its numbers. */
  readonly why = new Map<string, number>();
  readonly webhooks = { asked: new Set<string>(), received: new Map<string, number>() };
  readonly #url: string;
  readonly #images: Images;
  readonly #hook: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 512 });
  /** Ends that were heard of before the answer to the submission. */
  readonly #early = new Map<string, string>();
  #sent = 0;

  constructor(url: string, hook: string, images: Images) {
    this.#url = url;
    this.#hook = hook;
    this.#images = images;
  }

  /** Captions that have ended by a worker's work. */
  get made(): number {
    return [...this.tallies.values()].reduce((sum, { ended }) => sum + (ended.get('succeeded') ?? 0), 0);
  }

  /** Closed loop: so many callers that each wait for their caption. Returns captions per second. */
  async saturate(caller: Caller, callers: number, seconds: number): Promise<number> {
    const endMs = performance.now() + seconds * 1000;
    let done = 0;
    const startedMs = performance.now();
    const loop = async () => {
      while (performance.now() < endMs) {
        const answer = await this.#send('POST', `/v1/captions?${asked}`, caller, this.#good(), { prefer: 'wait=30' });
        if (answer.status === 200) done += 1;
      }
    };
    await Promise.all(Array.from({ length: callers }, loop));
    return (done * 1000) / (performance.now() - startedMs);
  }

  /**
   * Open loop until the time is over: `overload` times as much as was made in the last while, at first of `capacity`.
   * What other programs leave of the machine changes, and with it the capacity.
   */
  async offer(callers: Caller[], capacity: number, overload: number, seconds: number): Promise<void> {
    const startedMs = performance.now();
    const whole = callers.reduce((sum, { part }) => sum + part, 0);
    let [perSecond, due, beforeS, measuredS, made] = [capacity * overload, 0, 0, 0, 0];
    for (;;) {
      const elapsedS = (performance.now() - startedMs) / 1000;
      if (elapsedS >= seconds) return;
      if (elapsedS - measuredS >= measureS) {
        perSecond = (overload * (this.made - made)) / (elapsedS - measuredS);
        [measuredS, made] = [elapsedS, this.made];
      }
      due += (elapsedS - beforeS) * perSecond;
      beforeS = elapsedS;
      for (; due > 0; due -= 1) {
        let pick = Math.random() * whole;
        const caller = callers.find(({ part }) => {
          pick -= part;
          return pick < 0;
        });
        this.#submit(caller ?? callers[0]!).catch((error: Error) => this.#count(this.wrong, `threw ${error.message}`));
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** A message of the queue's channel: `<id> <state> <version>`. */
  changed(message: string): void {
    const [id, state] = message.split(' ') as [string, string];
    if (!states.includes(state)) return;
    const open = this.open.get(id);
    if (open === undefined) {
      if (this.#early.has(id)) this.#count(this.wrong, 'two ends');
      this.#early.set(id, state);
      if (this.#early.size > 20_000) this.#early.delete(this.#early.keys().next().value!);
      return;
    }
    this.open.delete(id);
    this.#early.set(id, state);
    open.tally.ended.set(state, (open.tally.ended.get(state) ?? 0) + 1);
    if (state !== 'succeeded') return;
    open.tally.latenciesMs.push(Math.max(0, Date.now() - open.createdMs));
    open.tally.successesMs.push(Date.now());
  }

  tallyOf(name: string): Tally {
    const tally = this.tallies.get(name) ?? {
      offered: 0,
      answers: new Map(),
      ended: new Map(),
      latenciesMs: [],
      ...{ successesMs: [], answeredMs: [] },
    };
    this.tallies.set(name, tally);
    return tally;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #submit(caller: Caller): Promise<void> {
    const n = this.#sent++;
    const tally = this.tallyOf(caller.name);
    tally.offered += 1;
    const hooked = n % 10 === 1;
    const query = hooked ? `${asked}&webhook=${encodeURIComponent(this.#hook)}` : asked;
    const image = n % 25 === 3 ? this.#images.bad : this.#good();
    const sentMs = performance.now();
    const waits = n % 20 === 7;
    const answer = await this.#send('POST', `/v1/captions?${query}`, caller, image, waits ? { prefer: 'wait=2' } : {});
    const { status, body } = answer;
    const { id, code, created_at, detail } = JSON.parse(body) as {
      id?: string;
      detail?: string;
      code?: string;
      created_at?: string;
    };
    if (!waits) tally.answeredMs.push(performance.now() - sentMs);
    const accepted = status === 202 || status === 200;
    this.#count(tally.answers, accepted ? 'accepted' : `${status} ${code}`);
    if (status === 503) this.#count(this.why, String(detail).replace(/\d+/g, 'N'));
    if (!accepted || id === undefined) return;
    if (hooked) this.webhooks.asked.add(id);
    this.open.set(id, { tally, createdMs: Date.parse(created_at!) });
    const early = this.#early.get(id);
    // What it took is not known any more: the time since then would be that of the answer.
    if (early !== undefined) {
      this.#early.delete(id);
      this.changed(`${id} ${early} 0`);
    }
    if (n % 20 === 13) {
      const { status: canceled } = await this.#send('POST', `/v1/captions/${id}/cancel`, caller);
      if (![200, 202, 409, 429].includes(canceled)) this.#count(this.wrong, `cancel ${canceled}`);
    }
  }

  #good(): Buffer {
    return this.#images.good[Math.floor(Math.random() * this.#images.good.length)]!;
  }

  async #send(
    method: string,
    path: string,
    { secret }: Caller,
    body?: Buffer,
    more: Record<string, string> = {},
  ): Promise<{ status: number; body: string }> {
    const type: Record<string, string | number> =
      body === undefined ? {} : { 'content-type': 'image/jpeg', 'content-length': body.length };
    const headers = { authorization: `Bearer ${secret}`, ...type, ...more };
    return await new Promise((resolve, reject) => {
      const sending = request(`${this.#url}${path}`, { method, agent: this.#agent, headers }, (response) =>
        text(response).then((answered) => resolve({ status: response.statusCode!, body: answered }), reject),
      );
      sending.on('error', reject);
      sending.end(body);
    });
  }

  #count(map: Map<string, number>, what: string): void {
    map.set(what, (map.get(what) ?? 0) + 1);
  }
}

async function text(response: IncomingMessage): Promise<string> {
  let whole = '';
  for await (const chunk of response.setEncoding('utf8')) whole += chunk;
  return whole;
}
