import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QueueAddress } from '@blipq/queue';
import { QueueBoard } from '@blipq/queue/queue-board';
import { ExpressAdapter } from '@bull-board/express';
import ejs from 'ejs';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { securityHeaders } from '../answer/security-headers.js';
import { boardPath } from './admin-board.js';
import { answerWith } from './answer-with.js';

/** Allows the page's own scripts and styles and requests to this server, nothing else. The page sets styles inline. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page links to fonts on a foreign host. */
const fontsFromElsewhere = /<link href="https:[^>]*>/g;

/** @bull-board under the headers of our other pages. */
export class BoardPage {
  readonly #app: Express;
  readonly #board: QueueBoard;

  constructor(redis: QueueAddress & { onError(error: Error): void }) {
    const server = new ExpressAdapter().setBasePath(boardPath);
    this.#board = new QueueBoard({ ...redis, server, title: 'BlipQ' });
    const page = server.getRouter() as Express;
    page.disable('x-powered-by').engine('ejs', withoutFontsFromElsewhere);
    this.#app = express().disable('x-powered-by');
    this.#app.use(securityHeaders, contentSecurity);
    this.#app.get(`${boardPath}{/*path}`, async (_req: Request, _res: Response, next: NextFunction) => {
      await this.#board.refresh();
      next();
    });
    this.#app.use(boardPath, page);
  }

  async start(): Promise<void> {
    await this.#board.start();
  }

  /** @throws the error of Redis, or of a page that cannot be rendered */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await answerWith(this.#app, request, response);
  }

  async stop(): Promise<void> {
    await this.#board.stop();
  }
}

function contentSecurity(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Content-Security-Policy', contentSecurityPolicy);
  next();
}

function withoutFontsFromElsewhere(path: string, data: object, done: (error: unknown, html?: string) => void): void {
  ejs.renderFile(path, data, (error, html) => done(error, html?.replace(fontsFromElsewhere, '')));
}
