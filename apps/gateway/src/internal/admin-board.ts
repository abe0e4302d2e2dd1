import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@blipq/service';
import type { AdminKey } from './admin-key.js';
import type { BoardPage } from './board-page.js';

interface AdminBoardOptions {
  key: AdminKey;
  /** Makes the page, whose packages are loaded only then. */
  makePage(): Promise<BoardPage>;
  logger: Logger;
}

/** The queues as a page, for holders of the admin key. The page is made when the first of them asks for it. */
export class AdminBoard {
  readonly #options: AdminBoardOptions;
  #page: Promise<BoardPage> | undefined;

  constructor(options: AdminBoardOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { key, logger } = this.#options;
    if (!key.opensTo(request.headers.authorization)) {
      response.setHeader('WWW-Authenticate', 'Basic realm="blipq admin", charset="UTF-8"');
      return refuse(response, 401, 'This takes the admin key, as a password or as a bearer token.');
    }
    // The board refuses changes itself, one by one; nothing here depends on that.
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, 'Queues can be looked at here, and not changed.');
    }
    try {
      this.#page ??= this.#open();
      await (await this.#page).answer(request, response);
    } catch (error) {
      logger.error({ err: error }, 'the queue board failed');
      refuse(response, 503, (error as Error).message);
    }
  }

  async #open(): Promise<BoardPage> {
    const page = await this.#options.makePage();
    await page.start();
    return page;
  }

  start(): void {}

  async stop(): Promise<void> {
    await (await this.#page)?.stop();
  }
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${sentence}\n`);
}
