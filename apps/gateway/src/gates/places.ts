import { publicTenant } from '@blipq/contracts';

/** A caller may hold so many times what is free, so that whoever comes next finds some; as in the queue itself. */
const freeShare = 4;

/** Places in this process, for what takes memory. `public` is everybody, and may take them all. */
export class Places {
  readonly #max: number;
  #taken = 0;
  readonly #byHolder = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes `count` places; undefined when there are not as many. What it returns gives them back, once. */
  take(holder: string, count = 1): (() => void) | undefined {
    const account = this.open(holder);
    return account.add(count) ? () => account.close() : undefined;
  }

  /** Whether `take` would find them. */
  has(holder: string, count: number): boolean {
    const free = this.#max - this.#taken;
    const mine = this.#byHolder.get(holder) ?? 0;
    return count <= free && (holder === publicTenant || mine + count <= freeShare * free);
  }

  /** For what takes more and more places and gives them back together. */
  open(holder: string): PlacesAccount {
    let held = 0;
    return {
      add: (count) => {
        if (!this.has(holder, count)) return false;
        this.#add(holder, count);
        held += count;
        return true;
      },
      give: (count) => {
        const given = Math.min(count, held);
        this.#add(holder, -given);
        held -= given;
      },
      close: () => {
        this.#add(holder, -held);
        held = 0;
      },
    };
  }

  #add(holder: string, count: number): void {
    this.#taken += count;
    const mine = (this.#byHolder.get(holder) ?? 0) + count;
    if (mine > 0) this.#byHolder.set(holder, mine);
    else this.#byHolder.delete(holder);
  }
}

export interface PlacesAccount {
  /** False, with nothing taken, when there are not as many. */
  add(count: number): boolean;
  /** Gives some of them back. */
  give(count: number): void;
  /** Gives all of them back. */
  close(): void;
}
