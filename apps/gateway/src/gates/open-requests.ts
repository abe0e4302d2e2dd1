import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, Response } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** Ends a mere wait, which is answered with the present state: the client is gone, or this server is stopping. */
      stopWaiting: AbortSignal;
      /** Ends all work on the request: the client is gone, or this server has no more time. */
      giveUp: AbortSignal;
    }
  }
}

/** How far a stop has come. */
const stages = ['open', 'leaving', 'ending', 'over'] as const;
type Stage = (typeof stages)[number];

interface Open {
  waiting: AbortController;
  working: AbortController;
}

/** The requests that have no answer yet. A stop ends them stage by stage. */
export class OpenRequests {
  readonly #open = new Map<Response, Open>();
  #stage: Stage = 'open';

  /** Whether the server is stopping, and so no longer ready for new work. */
  get leaving(): boolean {
    return this.#stage !== 'open';
  }

  readonly track = (req: Request, res: Response, next: NextFunction): void => {
    const open = { waiting: new AbortController(), working: new AbortController() };
    res.locals.stopWaiting = open.waiting.signal;
    res.locals.giveUp = open.working.signal;
    this.#open.set(res, open);
    res.once('close', () => {
      this.#open.delete(res);
      if (res.writableFinished) return;
      for (const each of [open.waiting, open.working]) each.abort(new Error('the client went away'));
    });
    // The head of a stream that began earlier has promised to keep the connection, and a stop would wait for that.
    res.once('finish', () => this.leaving && req.socket.end());
    this.#tell(res, open);
    next();
  };

  /** From now on the server is not ready and every answer closes its connection; nothing else changes yet. */
  leave(): void {
    this.#enter('leaving');
  }

  /** Ends present and future waits, which are answered at once with the present state, and streams. */
  endWaits(): void {
    this.#enter('ending');
  }

  /** Answers every request that has no answer yet with `shutting_down`. */
  giveUp(): void {
    this.#enter('over');
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    for (const [res, open] of this.#open) this.#tell(res, open);
  }

  #tell(res: Response, { waiting, working }: Open): void {
    const stage = stages.indexOf(this.#stage);
    if (stage >= stages.indexOf('leaving') && !res.headersSent) res.setHeader('Connection', 'close');
    if (stage >= stages.indexOf('ending')) waiting.abort(stopping());
    if (stage >= stages.indexOf('over')) working.abort(stopping());
  }
}

function stopping(): BlipqError {
  return new BlipqError('shutting_down', 'This server is stopping. Ask another, or again.', { retryAfterS: 1 });
}
