import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inject, vi } from 'vitest';
import { freePort } from '../packages/test-servers/src/free-port.js';
import { processesOf, type RunningProcess } from './process-table.js';

const main = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url));
const demo = fileURLToPath(new URL('../models/demo', import.meta.url));

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string[];
}

export type StandaloneEnv = Record<string, string> & { BLIPQ_DIR: string };

/** A standalone BlipQ as `npm start` runs it, in a process group of its own like a shell's foreground job. */
export class Standalone {
  readonly url: string;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #child: ChildProcess;
  readonly #mark: string;
  readonly #folder: string;
  readonly #ended: Promise<Ending>;

  private constructor(url: string, child: ChildProcess, mark: string, folder: string) {
    this.url = url;
    this.#child = child;
    this.#mark = mark;
    this.#folder = folder;
    createInterface(child.stdout!).on('line', (line) => this.stdout.push(line));
    createInterface(child.stderr!).on('line', (line) => this.stderr.push(line));
    this.#ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr: this.stderr }));
  }

  /**
   * Spawns it on a free port, with the captioning model alone and the run's cache of graphs; `env` comes on top of this process's environment without
   * BlipQ's own variables.
   */
  static async spawn(env: StandaloneEnv): Promise<Standalone> {
    const mark = `BLIPQ_TEST_MARK_${randomUUID()}`;
    const port = env.PORT ?? String(await freePort());
    const inherited = Object.entries(process.env).filter(([name]) => !/^BLIPQ_|^REDIS_URL$/.test(name));
    const child = spawn(process.execPath, [main], {
      env: {
        ...Object.fromEntries(inherited),
        TEST_MARK: mark,
        HOST: '127.0.0.1',
        PORT: port,
        BLIPQ_MODEL: demo,
        BLIPQ_CACHE: inject('modelCache'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new Standalone(`http://127.0.0.1:${port}`, child, mark, env.BLIPQ_DIR);
  }

  /** Spawns it and waits until it says that it is ready. */
  static async ready(env: StandaloneEnv): Promise<Standalone> {
    const standalone = await Standalone.spawn(env);
    const output = createInterface(standalone.#child.stdout!);
    await Promise.race([
      new Promise<void>((resolve) => {
        output.on('line', (line) => line.startsWith('BlipQ is ready') && resolve());
      }),
      standalone.#ended.then(({ code, stderr }) => {
        throw new Error(`standalone ended with ${code}: ${[...standalone.stdout, ...stderr].join('\n')}`);
      }),
    ]);
    return standalone;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** It and everything it started that still runs. */
  processes(): RunningProcess[] {
    return processesOf(this.#mark, this.#folder);
  }

  /** The one of its processes whose command line holds `part`. */
  process(part: string): RunningProcess {
    const found = this.processes().filter(({ command }) => command.includes(part));
    if (found.length !== 1) throw new Error(`${found.length} processes match ${part}`);
    return found[0]!;
  }

  /** Resolves when it has ended by itself. */
  ended(): Promise<Ending> {
    return this.#ended;
  }

  /** What Ctrl-C does: SIGINT to the whole foreground process group. */
  interrupt(): Promise<Ending> {
    process.kill(-this.pid, 'SIGINT');
    return this.#ended;
  }

  /** Ends whatever is left of it, for after a test. */
  async destroy(): Promise<void> {
    await vi.waitFor(() => {
      for (const { pid } of this.processes()) kill(pid);
      if (this.processes().length > 0) throw new Error('still running');
    });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** A folder for one test file; `remove` deletes it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'blipq-standalone-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
