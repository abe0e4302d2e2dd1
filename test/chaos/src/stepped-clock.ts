import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/stepped-clock.c', import.meta.url));

/** The clock of a Redis server, which may step while it runs, as that of a machine whose time is set. Linux only. */
export class SteppedClock {
  /** The program that becomes the server, with its arguments. */
  readonly under: readonly string[];
  readonly #file: string;

  /** @throws Error without a C compiler */
  constructor(folder: string) {
    this.#file = join(folder, 'clock');
    const library = join(folder, 'stepped-clock.so');
    this.step(0);
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source], { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      const why = 'redis-clock needs a C compiler: install gcc and libc6-dev, or leave it out with --only';
      throw new Error(why, { cause: error });
    }
    this.under = ['env', `LD_PRELOAD=${library}`, `STEPPED_CLOCK=${this.#file}`];
  }

  /** From now on it is `ms` ahead of the right time, or behind it. */
  step(ms: number): void {
    const offset = Buffer.alloc(8);
    offset.writeBigInt64LE(BigInt(Math.round(ms * 1000)));
    // In place, since the server has the file mapped.
    writeFileSync(this.#file, offset, { flag: this.under === undefined ? 'w' : 'r+' });
  }
}
