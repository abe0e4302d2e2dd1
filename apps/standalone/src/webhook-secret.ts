import { readFileSync, writeFileSync } from 'node:fs';
import { type ServicePart, StartupError } from '@blipq/service';
import { newWebhookSecret } from '@blipq/webhooks';

/** The secret that signs webhooks, made at the first start and kept in a file that only its owner reads. */
export class WebhookSecret implements ServicePart {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws StartupError when the file cannot be written */
  start(): void {
    try {
      writeFileSync(this.#path, `${newWebhookSecret()}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new StartupError(`cannot write the webhook secret: ${message}`, { cause: error });
    }
  }

  stop(): void {}

  get value(): string {
    return readFileSync(this.#path, 'utf8').trim();
  }
}
