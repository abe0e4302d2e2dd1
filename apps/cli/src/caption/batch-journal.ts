import { appendFileSync, readFileSync, rmSync } from 'node:fs';

/**
 * Which images went to a server in which batch, on the disk before they were sent: a run that is resumed takes from the
 * server what it has in hand.
 */
export class BatchJournal {
  readonly #path: string | undefined;
  readonly #batchOf = new Map<string, string>();

  /** @param path undefined where nothing can be kept */
  constructor(path: string | undefined, resume: boolean) {
    this.#path = path;
    if (path === undefined) return;
    if (resume) this.#read(path);
    else rmSync(path, { force: true });
  }

  #read(path: string): void {
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      // No batch was sent.
    }
    for (const line of text.split('\n')) {
      try {
        const { batch, keys } = JSON.parse(line) as { batch: string; keys: string[] };
        for (const key of keys) this.#batchOf.set(key, batch);
      } catch {
        // The line that was being written when the run was killed: its batch was not sent.
      }
    }
  }

  /** The name of the batch that an image went in before this run. */
  batchOf(key: string): string | undefined {
    return this.#batchOf.get(key);
  }

  /** Its batch has nothing to say of an image. */
  forget(key: string): void {
    this.#batchOf.delete(key);
  }

  note(batch: string, keys: string[]): void {
    // The line break before it ends a line that was cut.
    if (this.#path !== undefined) appendFileSync(this.#path, `\n${JSON.stringify({ batch, keys })}`);
  }
}
