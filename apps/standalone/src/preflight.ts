import { createServer } from 'node:http';
import { closeServer, listen, type ServicePart } from '@blipq/service';

export interface PreflightOptions {
  port: number;
  host: string;
}

/** Finds out in the first moment what would otherwise fail after a long build: a busy port. */
export class Preflight implements ServicePart {
  readonly #options: PreflightOptions;

  constructor(options: PreflightOptions) {
    this.#options = options;
  }

  /** @throws StartupError */
  async start(): Promise<void> {
    const { port, host } = this.#options;
    const probe = createServer();
    await listen(probe, port, host, 'PORT');
    await closeServer(probe);
  }

  stop(): void {}
}
