import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { processStart } from './process-start.js';

/** A file that names a running process by id and start time, so that a leftover file is never taken for a live one. */
export class PidFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The process that the file names, if that very process still runs. */
  owner(): number | undefined {
    const [pid, start] = this.#read().split(' ');
    const running = start && processStart(Number(pid)) === start;
    return running ? Number(pid) : undefined;
  }

  /** Writes the file for a process. With `exclusive` it must not exist; returns false if it does. */
  write(pid: number, { exclusive }: { exclusive: boolean }): boolean {
    try {
      writeFileSync(this.#path, `${pid} ${processStart(pid) ?? ''}`, { flag: exclusive ? 'wx' : 'w' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #read(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch {
      return '';
    }
  }
}
