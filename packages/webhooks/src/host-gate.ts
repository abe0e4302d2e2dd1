export interface HostGateOptions {
  /** Deliveries in hand, sent or in a line, of all tenants together. Default 512. */
  slots?: number;
  /** Requests of one tenant to one host at once. Default 4. */
  perHost?: number;
  /** Longest wait in line that is worth keeping a place for, in milliseconds. Default 500. */
  patienceMs?: number;
  /** Longest line of one host. Default 128. */
  lineMax?: number;
  /** Failures in a row after which a host is left alone for a while. Default 5. */
  failuresMax?: number;
  /** How long it is left alone: at first, and, after doubling with each failed probe, at most. Default 30 s and 5 min. */
  openMs?: number;
  openMaxMs?: number;
}

export type HostVerdict = 'alive' | 'failing' | 'unknown';

export interface HostTurn {
  /** Ends the turn. `unknown` says nothing about the host. */
  leave(host: HostVerdict): void;
}

export interface SentAway {
  /** How long to stay away at most, in milliseconds. */
  waitMs: number;
  /** Asks to be called as soon as there is room again, which may be earlier. */
  callBack(call: () => void): void;
}

interface Waiter {
  id: string;
  answer(answer: HostTurn | SentAway): void;
}

interface Host {
  /** When each running turn began, the oldest first. */
  running: Map<HostTurn, number>;
  line: Waiter[];
  /** Who was sent away and wants to be called back, the first first. */
  away: Map<string, () => void>;
  /** Moving mean of a turn's length, in milliseconds. */
  meanMs: number;
  failures: number;
  openMs: number;
  openUntil: number;
}

/**
 * Who is sent away asks again after twice the time that those before it should take, within these bounds, in
 * milliseconds: should it not be called back, its host has been idle for no longer than that.
 */
const away = { minMs: 15_000, maxMs: 120_000 };
/** Most who are called back, of all hosts together, and of each tenant's share; the others ask again by themselves. */
const awayMax = 10_000;
/** A tenant may have this many times the slots that are free in hand, so that the next one finds some. */
const freeShare = 4;
const meanFirstMs = 20;
const hostsMax = 1000;

/** What one tenant has in hand, and which of its deliveries were sent away because that is its share. */
interface Tenant {
  inHand: number;
  away: Map<string, () => void>;
}

/**
 * Who may send to which host now. A host gets a few requests of each tenant at once and, while it answers quickly, a
 * line of more. The rest is sent away and called back when there is room, so that nobody's place is taken by those who
 * wait for a slow host; nor by a tenant with many slow hosts, who has a share of all slots. A host that fails a tenant
 * again and again is left alone, then probed with one request at a time until one gets through. A tenant's line and the
 * failures that it met are its own: whatever one of them names as its receiver delays no other.
 */
export class HostGate {
  readonly #options: Required<HostGateOptions>;
  readonly #hosts = new Map<string, Host>();
  readonly #tenants = new Map<string, Tenant>();
  #inHand = 0;

  constructor(options: HostGateOptions = {}) {
    const { slots = 512, perHost = 4, patienceMs = 500, lineMax = 128, failuresMax = 5 } = options;
    const { openMs = 30_000, openMaxMs = 300_000 } = options;
    this.#options = { slots, perHost, patienceMs, lineMax, failuresMax, openMs, openMaxMs };
  }

  /**
   * Asks for a turn at the host of a URL.
   *
   * @param id of who asks, to be known again after having been sent away
   * @param of the tenant for whom
   */
  async enter(url: string, id: string, of: string): Promise<HostTurn | SentAway> {
    const name = `${of} ${URL.canParse(url) ? new URL(url).host : ''}`;
    const host = this.#host(name);
    const tenant = this.#tenant(of);
    host.away.delete(id);
    tenant.away.delete(id);
    if (host.openUntil > performance.now()) return this.#sentAway(host, id);
    if (this.#share(tenant) < 1) return this.#beyondShare(tenant, id);
    const runs = host.running.size < this.#limit(host);
    if (!runs && host.line.length >= this.#room(host)) return this.#sentAway(host, id);
    this.#take(tenant, 1);
    const answer = runs ? this.#begin(name, host) : await this.#inLine(host, id);
    if ('waitMs' in answer) {
      this.#giveBack(of, tenant);
      return answer;
    }
    let held = true;
    return {
      leave: (how) => {
        answer.leave(how);
        if (held) this.#giveBack(of, tenant);
        held = false;
      },
    };
  }

  /** How many more a tenant may have in hand. */
  #share({ inHand }: Tenant): number {
    const free = this.#options.slots - this.#inHand;
    return Math.min(free, Math.floor((freeShare * free - inHand) / (freeShare + 1)));
  }

  #take(tenant: Tenant, count: number): void {
    tenant.inHand += count;
    this.#inHand += count;
  }

  /** Whoever was sent away for the share's sake is called back; other tenants, whose share has grown as well, too. */
  #giveBack(of: string, tenant: Tenant): void {
    this.#take(tenant, -1);
    for (const one of this.#tenants.values()) callSome(one.away, this.#share(one));
    if (tenant.inHand === 0 && tenant.away.size === 0) this.#tenants.delete(of);
  }

  #beyondShare(tenant: Tenant, id: string): SentAway {
    const waitMs = Math.ceil(away.minMs * (1 + Math.random()));
    return {
      waitMs,
      callBack: (call) => {
        if (this.#share(tenant) > 0) call();
        else if (tenant.away.size < awayMax) tenant.away.set(id, call);
      },
    };
  }

  #tenant(of: string): Tenant {
    const tenant = this.#tenants.get(of) ?? { inHand: 0, away: new Map() };
    this.#tenants.set(of, tenant);
    return tenant;
  }

  #inLine(host: Host, id: string): Promise<HostTurn | SentAway> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        id,
        answer: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
      };
      const timer = setTimeout(() => {
        host.line.splice(host.line.indexOf(waiter), 1);
        resolve(this.#sentAway(host, id));
      }, 2 * this.#options.patienceMs);
      host.line.push(waiter);
    });
  }

  /** Each stays away a little longer than the one before, so that they do not all come back at once. */
  #sentAway(host: Host, id: string): SentAway {
    const expectedMs = (2 * host.away.size * turnMs(host)) / this.#limit(host);
    const patientMs = Math.min(Math.max(expectedMs, away.minMs), away.maxMs);
    const ms = Math.max(patientMs, host.openUntil - performance.now());
    return {
      waitMs: Math.ceil(ms * (1 + 0.2 * Math.random())),
      callBack: (call) => {
        if (this.#away() < awayMax) host.away.set(id, call);
        // Those who would have called may all be done by now.
        this.#callBack(host);
      },
    };
  }

  #begin(name: string, host: Host): HostTurn {
    const began = performance.now();
    const turn: HostTurn = {
      leave: (how) => {
        if (!host.running.delete(turn)) return;
        this.#learn(host, how, performance.now() - began);
        while (host.line.length > 0 && host.running.size < this.#limit(host)) {
          host.line.shift()!.answer(this.#begin(name, host));
        }
        this.#callBack(host);
        if (host.running.size === 0 && host.failures === 0 && host.away.size === 0) this.#hosts.delete(name);
      },
    };
    host.running.set(turn, began);
    return turn;
  }

  /** Fills the line up again when half of it is gone. */
  #callBack(host: Host): void {
    if (host.openUntil > performance.now()) return;
    const room = this.#limit(host) + this.#room(host);
    const free = room - host.running.size - host.line.length;
    if (free < Math.max(1, room / 2)) return;
    callSome(host.away, free);
  }

  #learn(host: Host, how: HostVerdict, tookMs: number): void {
    if (how === 'unknown') return;
    host.meanMs += 0.2 * (tookMs - host.meanMs);
    const now = performance.now();
    if (how === 'alive') {
      host.failures = 0;
      host.openMs = this.#options.openMs;
      host.openUntil = 0;
    } else if (host.openUntil <= now && ++host.failures >= this.#options.failuresMax) {
      host.openUntil = now + host.openMs;
      host.openMs = Math.min(2 * host.openMs, this.#options.openMaxMs);
      for (const { id, answer } of host.line.splice(0)) answer(this.#sentAway(host, id));
    }
  }

  #away(): number {
    let count = 0;
    for (const { away } of this.#hosts.values()) count += away.size;
    return count;
  }

  /** How many may stand in line: as many as get their turn soon. Nobody while the host is probed. */
  #room(host: Host): number {
    if (this.#probing(host)) return 0;
    const { patienceMs, perHost, lineMax } = this.#options;
    return Math.min(lineMax, Math.floor((patienceMs / turnMs(host)) * perHost));
  }

  #probing(host: Host): boolean {
    return host.failures >= this.#options.failuresMax;
  }

  #limit(host: Host): number {
    return this.#probing(host) ? 1 : this.#options.perHost;
  }

  #host(name: string): Host {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      if (this.#hosts.size >= hostsMax) this.#forgetIdle();
      const { openMs } = this.#options;
      host = {
        running: new Map(),
        line: [],
        away: new Map(),
        meanMs: meanFirstMs,
        failures: 0,
        openMs,
        openUntil: 0,
      };
      this.#hosts.set(name, host);
    }
    return host;
  }

  #forgetIdle(): void {
    for (const [name, { running, openUntil }] of this.#hosts) {
      if (running.size === 0 && openUntil < performance.now()) this.#hosts.delete(name);
    }
  }
}

/** Calls back so many of those who were sent away, the first first. */
function callSome(away: Host['away'], count: number): void {
  let left = count;
  for (const [id, call] of away) {
    if (left < 1) return;
    left -= 1;
    away.delete(id);
    call();
  }
}

/** How long a turn takes at this host. One that is still running has taken at least as long as it has. */
function turnMs({ meanMs, running }: Host): number {
  const now = performance.now();
  const [oldest = now] = running.values();
  return Math.max(meanMs, now - oldest, 0.1);
}
