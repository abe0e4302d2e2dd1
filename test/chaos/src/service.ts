import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from './member.js';

const probeEveryMs = 250;

/**
 * The gateways as one address, as a Kubernetes Service makes them: requests go round those that were ready when they were
 * last asked and have not been told to end since.
 */
export class GatewayService {
  readonly #gateways: readonly Member[];
  readonly #ready: Set<Member>;
  #readyLast: Member;
  #turn = 0;
  #stopped = false;

  constructor(gateways: readonly Member[]) {
    this.#gateways = gateways;
    this.#ready = new Set(gateways);
    this.#readyLast = gateways[0]!;
    for (const gateway of gateways) void this.#watch(gateway);
  }

  async #watch(gateway: Member): Promise<void> {
    while (!this.#stopped) {
      if (await gateway.isReady()) {
        this.#ready.add(gateway);
        this.#readyLast = gateway;
      } else this.#ready.delete(gateway);
      await pause(probeEveryMs);
    }
  }

  /** The next one. When none is ready, the one that was ready last and stays: it may only be slow to say that it is. */
  next(): string {
    const staying = this.#gateways.filter((gateway) => !gateway.isLeaving);
    const ready = staying.filter((gateway) => this.#ready.has(gateway));
    const last = staying.includes(this.#readyLast) ? this.#readyLast : (staying[0] ?? this.#readyLast);
    const from = ready.length > 0 ? ready : [last];
    this.#turn += 1;
    return new URL('/', from[this.#turn % from.length]!.probe).origin;
  }

  stop(): void {
    this.#stopped = true;
  }
}
