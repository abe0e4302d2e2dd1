import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { cutText, type WorkerStatus } from '@blipq/contracts';
import type { Engine, EngineEvents } from '@blipq/engine';
import type { ModelRegistry } from '@blipq/queue';
import type { ServicePart } from '@blipq/service';

const everyMs = 5000;
/** Engine processes that ended within this time count as restarts, as in the alert BlipqEngineRestarts. */
const restartsMs = 900_000;
const restartsMax = 1000;

interface WorkerPresenceOptions {
  engine: Engine;
  registry: Pick<ModelRegistry, 'note'>;
  /** The model that it is to serve, as its setting says, until the engine knows its name. */
  reference: string;
}

/** Says every few seconds how this worker is, for operators to see, and when it stops. Nothing depends on it. */
export class WorkerPresence implements ServicePart {
  readonly #id = randomUUID();
  readonly #startedAt = new Date().toISOString();
  readonly #options: WorkerPresenceOptions;
  #restarts: number[] = [];
  #reason: string | null = null;
  #facts: EngineEvents['ready'][0] | undefined;
  #rows = 0;
  #stopped = false;
  /** Ends the pause before it says how it is again. */
  #pause = new AbortController();
  #saying: Promise<void> | undefined;

  constructor(options: WorkerPresenceOptions) {
    this.#options = options;
    const { engine } = options;
    engine.on('progress', ({ phase }) => {
      this.#reason = phase;
    });
    engine.on('batch-started', ({ size }) => {
      this.#rows += size;
    });
    engine.on('batch', ({ size }) => {
      this.#rows -= size;
    });
    engine.on('restarting', ({ reason }) => {
      this.#restarts = [...this.#restarts, performance.now()].slice(-restartsMax);
      this.#changed(reason);
    });
    engine.on('ready', (facts) => {
      this.#facts = facts;
      this.#changed(null);
    });
  }

  start(): void {
    this.#saying = this.#keep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause.abort();
    await this.#saying;
    await this.#options.registry.note(this.#id).catch(() => {});
  }

  #changed(reason: string | null): void {
    this.#reason = reason;
    this.#pause.abort();
  }

  async #keep(): Promise<void> {
    while (!this.#stopped) {
      this.#pause = new AbortController();
      // Without Redis nobody sees it; the next one is as good.
      await this.#options.registry.note(this.#id, this.#status()).catch(() => {});
      await delay(everyMs, undefined, { signal: this.#pause.signal, ref: false }).catch(() => {});
    }
  }

  #status(): WorkerStatus {
    const { engine, reference } = this.#options;
    const facts = this.#facts;
    this.#restarts = this.#restarts.filter((atMs) => performance.now() - atMs < restartsMs);
    return {
      ...{ host: hostname(), pid: process.pid, started_at: this.#startedAt },
      ...{ state: engine.state, reason: this.#reason && cutText(this.#reason, 300) },
      model: facts?.model ?? cutText(reference, 1000),
      task: facts?.task ?? null,
      revision: facts?.revision ?? null,
      precision: facts?.precision ?? null,
      device: facts?.device ?? null,
      ...{ batch_rows: this.#rows, batch_max: engine.batchMax * engine.processes, restarts: this.#restarts.length },
    };
  }
}
