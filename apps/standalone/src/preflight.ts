import { createServer } from 'node:http';
import { HubError, parseReference } from '@blipq/hub';
import { closeServer, listen, type ServicePart, StartupError } from '@blipq/service';

export interface PreflightOptions {
  port: number;
  host: string;
  /** A checkpoint folder, or a model on the Hub. */
  model: string;
}

/**
 * Finds out in the first moment what would otherwise fail after a long build: a busy port, a missing checkpoint folder.
 * What a folder or the Hub has is for the worker to find out.
 */
export class Preflight implements ServicePart {
  readonly #options: PreflightOptions;

  constructor(options: PreflightOptions) {
    this.#options = options;
  }

  /** @throws StartupError */
  async start(): Promise<void> {
    const { port, host, model } = this.#options;
    requireReference(model);
    const probe = createServer();
    await listen(probe, port, host, 'PORT');
    await closeServer(probe);
  }

  stop(): void {}
}

function requireReference(model: string): void {
  try {
    parseReference(model);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new StartupError(
      `${error.message}; set BLIPQ_MODEL to the folder of a BLIP checkpoint or to its owner/name on the Hugging Face Hub`,
    );
  }
}
