import { createHash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { bentomlService } from './bentoml-service.js';

/** The headers that BentoML puts on the answers of its API and task routes. */
export function bentomlHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Server', `BentoML Service/${bentomlService.name}`);
  res.setHeader('X-BentoML-Request-ID', bentomlRequestId(res.locals.requestId));
  next();
}

/** BentoML's form of a request's id, 16 hex digits: the id itself if the gateway made it, else a digest of it. */
function bentomlRequestId(id: string): string {
  return /^[0-9a-f]{16}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 16);
}
