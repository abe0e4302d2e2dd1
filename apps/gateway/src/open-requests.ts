import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, Response } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** Aborts when there is no point in waiting any longer: the client is gone, or this server is stopping. */
      stopWaiting: AbortSignal;
    }
  }
}

/** The requests that have no answer yet, so that a stop can hurry those that only wait. */
export class OpenRequests {
  readonly #open = new Map<Response, AbortController>();
  #ending = false;

  /** Whether the server is stopping, and so no longer ready for new work. */
  get ending(): boolean {
    return this.#ending;
  }

  readonly track = (_req: Request, res: Response, next: NextFunction): void => {
    const controller = new AbortController();
    res.locals.stopWaiting = controller.signal;
    this.#open.set(res, controller);
    res.once('close', () => {
      this.#open.delete(res);
      if (!res.writableFinished) controller.abort(new Error('the client went away'));
    });
    if (this.#ending) hurry(res, controller);
    next();
  };

  /** Makes every open request, and any that still slips in, answer soon and then close its connection. */
  end(): void {
    this.#ending = true;
    for (const [res, controller] of this.#open) hurry(res, controller);
  }
}

function hurry(res: Response, controller: AbortController): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
  controller.abort(
    new BlipqError('shutting_down', 'This server is stopping. Ask another, or again.', { retryAfterS: 1 }),
  );
}
