export interface HostGateOptions {
  /** Requests to one host at once. Default 4. */
  perHost?: number;
  /** Longest wait in line that is worth keeping a place for, in milliseconds. Default 500. */
  patienceMs?: number;
  /** Longest line of one host. Default 64. */
  lineMax?: number;
  /** Failures in a row after which a host is left alone for a while. Default 5. */
  failuresMax?: number;
  /** How long it is left alone: at first, and, after doubling with each failed probe, at most. Default 30 s and 5 min. */
  openMs?: number;
  openMaxMs?: number;
}

export interface HostTurn {
  /** Ends the turn. `unknown` says nothing about the host. */
  leave(host: 'alive' | 'failing' | 'unknown'): void;
}

/** A turn, or how long to stay away before asking again. */
export type HostAnswer = HostTurn | { waitMs: number };

type Waiter = (answer: HostAnswer) => void;

interface Host {
  /** When each running turn began. */
  running: Set<number>;
  line: Waiter[];
  /** Moving mean of a turn's length, in milliseconds. */
  meanMs: number;
  failures: number;
  openMs: number;
  openUntil: number;
  /** When the next one that is sent away may come back. */
  nextReturn: number;
}

/** Who is sent away comes back within this time, in milliseconds. */
const awayMaxMs = 30_000;
const meanFirstMs = 50;
const hostsMax = 1000;

/**
 * Who may send to which host now. A host gets a few requests at once and, while it answers quickly, a line of more;
 * the rest is sent away with a time to come back, so that nobody's place is taken by those who wait for a slow host.
 * A host that fails again and again is left alone, then probed with one request at a time until one gets through.
 */
export class HostGate {
  readonly #options: Required<HostGateOptions>;
  readonly #hosts = new Map<string, Host>();

  constructor(options: HostGateOptions = {}) {
    const { perHost = 4, patienceMs = 500, lineMax = 64, failuresMax = 5 } = options;
    const { openMs = 30_000, openMaxMs = 300_000 } = options;
    this.#options = { perHost, patienceMs, lineMax, failuresMax, openMs, openMaxMs };
  }

  /** Asks for a turn at the host of a URL. */
  async enter(url: string): Promise<HostAnswer> {
    const name = URL.canParse(url) ? new URL(url).host : '';
    const host = this.#host(name);
    const now = performance.now();
    if (host.openUntil > now) return away(host.openUntil - now);
    if (host.running.size < this.#limit(host)) return this.#begin(name, host);
    const expectedMs = ((host.line.length + 1) / this.#limit(host)) * turnMs(host, now);
    const { patienceMs, lineMax } = this.#options;
    if (this.#probing(host) || host.line.length >= lineMax || expectedMs > patienceMs) return this.#sentAway(host);
    return await this.#inLine(host);
  }

  #inLine(host: Host): Promise<HostAnswer> {
    return new Promise((resolve) => {
      const called: Waiter = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      const timer = setTimeout(() => {
        host.line.splice(host.line.indexOf(called), 1);
        resolve(this.#sentAway(host));
      }, 2 * this.#options.patienceMs);
      host.line.push(called);
    });
  }

  /** Those who are sent away come back one by one, as fast as the host takes them. */
  #sentAway(host: Host): HostAnswer {
    const now = performance.now();
    const soonest = now + this.#options.patienceMs;
    const pace = turnMs(host, now) / this.#limit(host);
    host.nextReturn = Math.min(Math.max(soonest, host.nextReturn) + pace, now + awayMaxMs);
    return away(host.nextReturn - now);
  }

  #begin(name: string, host: Host): HostTurn {
    const began = performance.now() + Math.random() * 1e-6; // Unique, to be told apart in the set.
    host.running.add(began);
    return {
      leave: (how) => {
        if (!host.running.delete(began)) return;
        this.#learn(host, how, performance.now() - began);
        while (host.line.length > 0 && host.running.size < this.#limit(host)) {
          host.line.shift()!(this.#begin(name, host));
        }
        if (host.running.size === 0 && host.failures === 0) this.#hosts.delete(name);
      },
    };
  }

  #learn(host: Host, how: 'alive' | 'failing' | 'unknown', tookMs: number): void {
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
      for (const called of host.line.splice(0)) called(away(host.openUntil - now));
    }
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
      host = { running: new Set(), line: [], meanMs: meanFirstMs, failures: 0, openMs, openUntil: 0, nextReturn: 0 };
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

/** A little later than asked for, each by another amount. */
function away(ms: number): HostAnswer {
  return { waitMs: Math.ceil(ms * (1 + 0.2 * Math.random())) };
}

/** How long a turn takes at this host. One that still runs has taken at least as long as it has. */
function turnMs({ meanMs, running }: Host, now: number): number {
  const [oldest = now] = running;
  return Math.max(meanMs, now - oldest);
}
