import type { ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type App, AppProcess } from '@blipq/test-servers';
import type { Relay } from './relay.js';

export interface MemberOptions {
  app: App;
  name: string;
  env: Record<string, string>;
  /** Where `/readyz` is. */
  probe: string;
  relay: Relay;
  /** File that it logs to. */
  log: string;
  /** Told when it ended although nobody had it end. */
  onCollapse: (what: string) => void;
}

const shiftedClock = new URL('../dist/shifted-clock.js', import.meta.url).href;
const restartMs = 200;
const startDeadlineMs = 300_000;

/** One process of the system, from its real entry point, started again whenever it ends, as an orchestrator would. */
export class Member {
  readonly name: string;
  readonly relay: Relay;
  readonly probe: string;
  readonly #options: MemberOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #wanted = false;
  /** Its end is our doing. */
  #doomed = false;
  #clockMs = 0;
  #isLeaving = false;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.relay = options.relay;
    this.probe = options.probe;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** It has been told to end, and its successor is not ready yet. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#spawn();
    await this.ready();
  }

  #spawn(): void {
    const { app, env, log, onCollapse } = this.#options;
    const output = openSync(log, 'a');
    const clock = { CHAOS_CLOCK_MS: String(this.#clockMs), NODE_OPTIONS: `--import ${shiftedClock}` };
    const settings = { ...env, ...(this.#clockMs !== 0 && clock) };
    const { child, ended } = new AppProcess(app, settings, { output });
    closeSync(output);
    this.#child = child;
    this.#doomed = false;
    // Why a start failed is told to who started it, and to nobody else.
    child.on('message', (message) => appendFileSync(log, `${JSON.stringify(message)}\n`));
    this.#ended = ended.then(async ([code, signal]) => {
      if (!this.#doomed) onCollapse(`${this.name} ended by itself with ${code ?? signal}: ${lastLines(log)}`);
      if (!this.#wanted) return;
      await pause(restartMs);
      if (this.#wanted) this.#spawn();
    });
  }

  async isReady(timeoutMs = 1000): Promise<boolean> {
    return await fetch(this.probe, { signal: AbortSignal.timeout(timeoutMs) }).then(
      ({ ok, body }) => body?.cancel().then(() => ok) ?? ok,
      () => false,
    );
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + startDeadlineMs;
    while (!(await this.isReady())) {
      if (performance.now() > deadline)
        throw new Error(`${this.name} did not become ready: ${lastLines(this.#options.log)}`);
      await pause(50);
    }
  }

  /** Dies at once; its successor starts by itself. */
  kill(): void {
    this.#doomed = true;
    this.#child?.kill('SIGKILL');
  }

  freeze(): void {
    this.#child!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child!.kill('SIGCONT');
  }

  /** Has it end in order, and its successor, whose clock is off by `clockMs`, become ready. */
  async restart(clockMs = this.#clockMs): Promise<void> {
    this.#clockMs = clockMs;
    const ended = this.#ended;
    this.#doomed = true;
    this.#isLeaving = true;
    this.#child!.kill('SIGTERM');
    await ended;
    await this.ready();
    this.#isLeaving = false;
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.kill();
    await this.#ended;
    await this.relay.stop();
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-3).join(' ⏎ ');
}
