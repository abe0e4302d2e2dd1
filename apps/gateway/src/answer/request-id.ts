import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** Names this request in every answer and log line. */
      requestId: string;
    }
  }
}

/** The ids of proxies and callers that are taken over; any other text could forge log lines or headers. */
const acceptable = /^[\w.:@/+=-]{1,128}$/;

/** Takes over a well-formed `X-Request-Id`, makes an id otherwise, and answers with it. */
export function requestId(req: Request, res: Response, next: NextFunction): void {
  const given = req.get('x-request-id');
  res.locals.requestId = given !== undefined && acceptable.test(given) ? given : randomBytes(8).toString('hex');
  res.setHeader('X-Request-Id', res.locals.requestId);
  next();
}
