import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminPage } from './admin-pages.js';
import type { BoardPage } from './board-page.js';

export const boardPath = '/admin/queues';

/** The queues as a page. It is made, and its packages are loaded, when somebody asks for it first. */
export class AdminBoard implements AdminPage {
  readonly path = boardPath;
  readonly #makePage: () => Promise<BoardPage>;
  #page: Promise<BoardPage> | undefined;

  constructor(makePage: () => Promise<BoardPage>) {
    this.#makePage = makePage;
  }

  /** @throws what keeps the page from being made or shown */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= this.#open();
    await (await this.#page).answer(request, response);
  }

  async #open(): Promise<BoardPage> {
    const page = await this.#makePage();
    await page.start();
    return page;
  }

  start(): void {}

  async stop(): Promise<void> {
    await (await this.#page)?.stop();
  }
}
