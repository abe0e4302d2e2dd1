import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@blipq/service';
import type { Admin, AdminAccess } from './admin-access.js';

/** A page of the operators', with all that lies below its path. */
export interface AdminPage {
  path: string;
  /** @throws what keeps it from answering */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

interface AdminPagesOptions {
  access: AdminAccess;
  pages: AdminPage[];
  logger: Logger;
}

/** What a page asks for again and again while it is open, and its files: not worth a line each. */
const background = /\/(static|api|data|assets)(\/|$)/;

/** The operators' pages, for those that are let in, to be looked at. The log has a line for each look. */
export class AdminPages {
  readonly #options: AdminPagesOptions;

  constructor(options: AdminPagesOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access, pages, logger } = this.#options;
    const [path = ''] = request.url?.split('?') ?? [];
    const admitted = access.admit(request);
    this.#log(request, response, path, admitted);
    if ('refused' in admitted) return refuseAccess(response, access);
    // The board refuses changes itself, one by one; nothing here depends on that.
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, 'These pages are for looking, and change nothing.');
    }
    if (/^\/admin\/?$/.test(path)) return redirect(response, pages[0]!.path);
    const page = pages.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    if (page === undefined) return refuse(response, 404, 'There is no such page.');
    try {
      await page.answer(request, response);
    } catch (error) {
      logger.error({ err: error, path }, 'an admin page failed');
      refuse(response, 503, (error as Error).message);
    }
  }

  #log({ method, socket }: IncomingMessage, response: ServerResponse, path: string, who: Admin | object): void {
    const { logger } = this.#options;
    const peer = socket.remoteAddress;
    response.once('close', () => {
      const level = background.test(path) && response.statusCode < 400 ? 'debug' : 'info';
      logger[level]({ ...who, peer, method, path, status: response.statusCode }, 'admin request');
    });
  }
}

function refuseAccess(response: ServerResponse, { takesKey }: AdminAccess): void {
  if (!takesKey) {
    refuse(response, 403, 'These pages are open to people who come through the identity proxy.');
    return;
  }
  response.setHeader('WWW-Authenticate', 'Basic realm="blipq admin", charset="UTF-8"');
  refuse(response, 401, 'This takes the admin key, as a password or as a bearer token.');
}

function redirect(response: ServerResponse, path: string): void {
  response.writeHead(302, { location: path, 'cache-control': 'no-store' }).end();
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${sentence}\n`);
}
