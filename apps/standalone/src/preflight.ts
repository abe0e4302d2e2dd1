import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { HubError, parseReference, type Reference } from '@blipq/hub';
import { closeServer, listen, type ServicePart, StartupError } from '@blipq/service';

export interface PreflightOptions {
  port: number;
  host: string;
  /** A checkpoint folder, or a model on the Hub. */
  model: string;
}

/**
 * Finds out in the first moment what would otherwise fail after a long build: a busy port, a missing checkpoint folder.
 * Whether the Hub has a model is for the worker to find out.
 */
export class Preflight implements ServicePart {
  readonly #options: PreflightOptions;

  constructor(options: PreflightOptions) {
    this.#options = options;
  }

  /** @throws StartupError */
  async start(): Promise<void> {
    const { port, host, model } = this.#options;
    const reference = modelReference(model);
    if (reference.kind === 'folder' && !existsSync(join(reference.path, 'config.json'))) {
      throw new StartupError(`${reference.path} has no config.json; BLIPQ_MODEL takes the folder of a BLIP checkpoint`);
    }
    const probe = createServer();
    await listen(probe, port, host, 'PORT');
    await closeServer(probe);
  }

  stop(): void {}
}

function modelReference(model: string): Reference {
  try {
    return parseReference(model);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new StartupError(
      `${error.message}; set BLIPQ_MODEL to the folder of a BLIP checkpoint or to its owner/name on the Hugging Face Hub`,
    );
  }
}
