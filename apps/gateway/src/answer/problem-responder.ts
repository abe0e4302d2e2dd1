import { BlipqError, problemOf } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { errorResponder } from './error-responder.js';
import { publicPath } from './public-paths.js';

/** Answers every error of its router as `application/problem+json` (RFC 9457). */
export function problemResponder(logger: Logger): ErrorRequestHandler {
  return errorResponder(logger, (problem, req, res) => {
    const instance = publicPath(req.originalUrl.split('?')[0]!, res);
    const described = problemOf(problem, instance, res.locals.requestId);
    res
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...described, type: publicPath(described.type, res) }));
  });
}

/** For `.all()` after a path's methods: answers OPTIONS, refuses the rest, both with `Allow`. */
export function onlyMethods(allow: string): RequestHandler {
  return (req: Request, res: Response) => {
    res.setHeader('Allow', allow);
    if (req.method === 'OPTIONS') return void res.status(204).end();
    throw new BlipqError('method_not_allowed', `${req.method} is not allowed here; use ${allow}.`);
  };
}
