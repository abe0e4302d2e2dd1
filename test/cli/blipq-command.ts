import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const blipqMain = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
export const photo = fileURLToPath(new URL('../images/rocket.jpg', import.meta.url));

export interface CommandEnd {
  code: number | null;
  out: string;
  err: string;
}

interface CommandOptions {
  env?: Record<string, string>;
  input?: string | Uint8Array;
  /** Words before the command, such as those of setpriv. */
  under?: string[];
  /** Another copy of the command. */
  main?: string;
}

/** Names of so many images in the folder `p`. */
export const names = (count: number) => Array.from({ length: count }, (_, i) => `p/${String(i).padStart(3, '0')}.jpg`);

/** A folder of its own for a test's images and outputs, in which the command runs. */
export class Workplace {
  readonly path = mkdtempSync(join(tmpdir(), 'blipq-cli-'));
  readonly #env: Record<string, string>;

  constructor(env: Record<string, string>) {
    this.#env = { PATH: process.env.PATH ?? '', HOME: this.path, ...env };
  }

  /** Copies the test's photo to each of these names. */
  photos(...names: string[]): void {
    for (const name of names) {
      mkdirSync(dirname(this.file(name)), { recursive: true });
      copyFileSync(photo, this.file(name));
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  /** The objects of a JSONL file. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  lines(name: string): any[] {
    return this.read(name)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  start(args: string[], { env = {}, input, under = [], main = blipqMain }: CommandOptions = {}): ChildProcess {
    const [program, ...words] = [...under, process.execPath, main, ...args];
    const child = spawn(program!, words, { cwd: this.path, env: { ...this.#env, ...env } });
    child.stdin.on('error', () => {}).end(input);
    return child;
  }

  async run(args: string[], options: CommandOptions = {}): Promise<CommandEnd> {
    return await commandEnd(this.start(args, options));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function commandEnd(child: ChildProcess): Promise<CommandEnd> {
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return { code, out, err };
}
