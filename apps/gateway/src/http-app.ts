import cors from 'cors';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { problemPageRoutes } from './answer/problem-page-routes.js';
import { requestId } from './answer/request-id.js';
import { requestLog } from './answer/request-log.js';
import { requestSpan } from './answer/request-span.js';
import { securityHeaders } from './answer/security-headers.js';
import { toBlipqError } from './answer/to-blipq-error.js';
import { bentomlRoutes } from './bentoml/bentoml-surface.js';
import { swaggerUiRoutes } from './bentoml/swagger-ui-routes.js';
import { authenticate } from './gates/authenticate.js';
import { admitUploads } from './gates/upload-admission.js';
import type { HttpAppParts } from './http-app-parts.js';
import { healthRoutes } from './internal/health-routes.js';
import { apiDocsRoutes } from './openapi/api-docs-routes.js';
import { v1Routes } from './routes/v1-routes.js';

/** Beyond those that browsers show to scripts anyway. */
const exposedHeaders = [
  ...['ETag', 'Location', 'Retry-After', 'X-Request-Id', 'Preference-Applied', 'Idempotency-Replayed'],
  ...['RateLimit', 'RateLimit-Policy'],
];

/** Every route of the gateway. Each surface (`/v1`, BentoML's, probes) words its own errors. */
export function createHttpApp(parts: HttpAppParts): Express {
  const { keys, limits, logger, corsOrigins } = parts;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', parts.trustProxy);
  app.use(requestId, requestSpan, requestLog(logger), securityHeaders);
  app.use(parts.openRequests.track, parts.bentomlMetrics.track);
  app.use(healthRoutes(parts));
  if (corsOrigins.length > 0) {
    const origin = corsOrigins.includes('*') ? '*' : corsOrigins;
    app.use(allowCrossOrigin, cors({ origin, exposedHeaders, maxAge: 600 }));
  }
  const gates = [authenticate(keys, limits), admitUploads(parts)];
  app.use('/v1', v1Routes(parts, gates));
  app.use(bentomlRoutes(parts, gates));
  app.use(problemPageRoutes(), apiDocsRoutes({ keysRequired: keys.required }), swaggerUiRoutes());
  app.use((_req: Request, res: Response) => void res.status(404).type('text').send('Not Found'));
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    const { status } = toBlipqError(error, res, logger);
    if (res.headersSent) return next(error);
    res
      .status(status)
      .type('text')
      .send(status === 404 ? 'Not Found' : 'Internal Server Error');
  });
  return app;
}

function allowCrossOrigin(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  next();
}
