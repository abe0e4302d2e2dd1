import type { CaptionQueue } from '@blipq/queue';
import type { Logger } from '@blipq/service';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { CaptionIntake } from './caption-intake.js';
import type { OpenRequests } from './open-requests.js';
import { requestId } from './request-id.js';
import { requestLog } from './request-log.js';
import { generateRoutes } from './routes/generate.js';
import { healthRoutes } from './routes/health.js';
import { problemPageRoutes } from './routes/problem-pages.js';
import { v1Routes } from './routes/v1.js';
import { securityHeaders } from './security-headers.js';
import type { ServedModel } from './served-model.js';
import { toBlipqError } from './to-blipq-error.js';

export interface HttpAppParts {
  intake: CaptionIntake;
  queue: Pick<CaptionQueue, 'read' | 'wait' | 'ping'>;
  model: Pick<ServedModel, 'current'>;
  openRequests: OpenRequests;
  logger: Logger;
  /** How long `POST /generate` waits for its caption. */
  generateTimeoutS: number;
}

/** Every route of the gateway. Each surface (`/v1`, BentoML's, probes) words its own errors. */
export function createHttpApp(parts: HttpAppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(requestId, requestLog(parts.logger), securityHeaders, parts.openRequests.track);
  app.use(healthRoutes(parts));
  app.use('/v1', v1Routes(parts));
  app.use(generateRoutes(parts));
  app.use(problemPageRoutes());
  app.use((_req: Request, res: Response) => void res.status(404).type('text').send('Not Found'));
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    const { status } = toBlipqError(error, res, parts.logger);
    if (res.headersSent) return next(error);
    res
      .status(status)
      .type('text')
      .send(status === 404 ? 'Not Found' : 'Internal Server Error');
  });
  return app;
}
