import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { closeServer, listen, type ServicePart, StartupError } from '@blipq/service';

export interface PreflightOptions {
  port: number;
  host: string;
  /** The checkpoint folder. */
  model: string;
}

/** Finds out in the first moment what would otherwise fail after a long build: a busy port, a missing checkpoint. */
export class Preflight implements ServicePart {
  readonly #options: PreflightOptions;

  constructor(options: PreflightOptions) {
    this.#options = options;
  }

  /** @throws StartupError */
  async start(): Promise<void> {
    const { port, host, model } = this.#options;
    if (!statSync(model, { throwIfNoEntry: false })?.isDirectory()) {
      throw new StartupError(
        `there is no folder ${model}; set BLIPQ_MODEL to the folder of a BLIP captioning checkpoint`,
      );
    }
    if (!existsSync(join(model, 'config.json'))) {
      throw new StartupError(
        `${model} has no config.json; BLIPQ_MODEL takes the folder of a BLIP captioning checkpoint`,
      );
    }
    const probe = createServer();
    await listen(probe, port, host, 'PORT');
    await closeServer(probe);
  }

  stop(): void {}
}
