import { publicTenant } from '@blipq/contracts';

/** A caller may hold so many times what is free, so that whoever comes next finds some; as in the queue itself. */
const freeShare = 4;

/** Places in this process, for what takes memory. `public` is everybody, and may take them all. */
export class Places {
  readonly #max: number;
  #taken = 0;
  readonly #byTenant = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes `count` places; undefined when there are not as many. What it returns gives them back, once. */
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
