import { BlipqError } from '@blipq/contracts';
import type { NextFunction, Request, Response } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** Aborts when who only waits should be answered with what is known: the client is gone, or this server leaves. */
      stopWaiting: AbortSignal;
      /** Aborts when there is no point in an answer any more: the client is gone, or this server has no more time. */
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

/** The requests that have no answer yet, and what a stop means for them. */
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
    // A stream that began before has promised to keep its connection, for which a stop would wait.
    res.once('finish', () => this.leaving && req.socket.end());
    this.#tell(res, open);
    next();
  };

  /** From now on not ready, and every answer closes its connection; nothing else changes yet. */
  leave(): void {
    this.#enter('leaving');
  }

  /** Has those that wait, and those that will, answered at once with what is known; streams end. */
  endWaits(): void {
    this.#enter('ending');
  }

  /** Has everything answered with `shutting_down` that has no answer yet. */
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
