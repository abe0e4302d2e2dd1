import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ServicePart, StartupError } from '@blipq/service';
import { PidFile } from './pid-file.js';

/**
 * The folder that holds everything a standalone BlipQ keeps, used by one instance at a time. The lock names its owner
 * by process id and start time, so a killed instance leaves none behind.
 */
export class StateFolder implements ServicePart {
  readonly #path: string;
  readonly #lock: PidFile;
  readonly #release = () => this.stop();
  #held = false;

  constructor(path: string) {
    this.#path = path;
    this.#lock = new PidFile(join(path, 'standalone.pid'));
  }

  /** @throws StartupError when another instance uses the folder or it cannot be written */
  start(): void {
    try {
      mkdirSync(this.#path, { recursive: true, mode: 0o700 });
      this.#held = this.#take();
    } catch (error) {
      throw new StartupError(
        `cannot write to ${this.#path}: ${(error as Error).message}; set BLIPQ_DIR to another folder`,
      );
    }
    if (!this.#held) {
      const owner = this.#lock.owner();
      throw new StartupError(
        `another BlipQ (process ${owner}) already uses ${this.#path}; stop it or set BLIPQ_DIR to another folder`,
      );
    }
    process.once('exit', this.#release);
  }

  stop(): void {
    if (this.#held) this.#lock.remove();
    this.#held = false;
  }

  #take(): boolean {
    if (this.#lock.owner() === undefined) this.#lock.remove();
    return this.#lock.write(process.pid, { exclusive: true });
  }
}
