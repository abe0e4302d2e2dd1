import type { Libvips, VipsObject } from './libvips.js';

/** Objects of libvips that are released together, the newest first. */
export class HeldObjects {
  readonly #libvips: Libvips;
  readonly #objects: VipsObject[] = [];

  constructor(libvips: Libvips) {
    this.#libvips = libvips;
  }

  hold<T extends VipsObject>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  release(): void {
    for (const object of this.#objects.splice(0).reverse()) this.#libvips.release(object);
  }
}
