import { publicTenant } from '@blipq/contracts';

/** A tenant may hold this many times the places that are free, so that the next one finds some; as in the queue. */
const freeShare = 4;

/** A bounded number of places in this process for things that take memory. The tenant `public` may take them all. */
export class Places {
  readonly #max: number;
  #taken = 0;
  readonly #byTenant = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes `count` places; undefined when too few are free. The function that it returns gives them back, once. */
  take(tenant: string, count = 1): (() => void) | undefined {
    const free = this.#max - this.#taken;
    const mine = this.#byTenant.get(tenant) ?? 0;
    if (count > free || (tenant !== publicTenant && mine + count > freeShare * free)) return undefined;
    this.#add(tenant, count);
    let held = true;
    return () => {
      if (held) this.#add(tenant, -count);
      held = false;
    };
  }

  #add(tenant: string, count: number): void {
    this.#taken += count;
    const mine = (this.#byTenant.get(tenant) ?? 0) + count;
    if (mine > 0) this.#byTenant.set(tenant, mine);
    else this.#byTenant.delete(tenant);
  }
}
