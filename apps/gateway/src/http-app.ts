import type { Logger } from '@blipq/service';
import cors from 'cors';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { docsRoutes } from './answer/docs-routes.js';
import { errorResponder } from './answer/error-responder.js';
import { playgroundRoutes } from './answer/playground-routes.js';
import { publicPaths } from './answer/public-paths.js';
import { requestId } from './answer/request-id.js';
import { requestLog } from './answer/request-log.js';
import { requestSpan } from './answer/request-span.js';
import { securityHeaders } from './answer/security-headers.js';
import type { OpenRequests } from './gates/open-requests.js';
import { apiDocsRoutes } from './openapi/api-docs-routes.js';

/** An API beside `/v1`, with paths of its own. */
interface Surface {
  /** Passes every request on, whichever API it is for. */
  observe: RequestHandler;
  routes: RequestHandler;
}

interface HttpAppParts {
  openRequests: OpenRequests;
  logger: Logger;
  /** `/livez` and so on, open to everyone. */
  probes: RequestHandler;
  /** `/v1/chat/completions`, which words its errors in another way than the rest of `/v1`. */
  chat: RequestHandler;
  /** Below `/v1`. */
  v1: RequestHandler;
  surface: Surface;
  /** Whether callers need a key. */
  keysRequired: boolean;
  /** Whether log lines say whose a request was. */
  logClients: boolean;
  /** Origins whose pages may call from a browser; `*` for all. */
  corsOrigins: string[];
  /** Express's `trust proxy`: hops, or addresses and networks. */
  trustProxy: number | string[];
}

/** The response headers that scripts of other origins may read, beside those that browsers always show to them. */
const exposedHeaders = [
  ...['ETag', 'Location', 'Retry-After', 'X-Request-Id', 'Preference-Applied', 'Idempotency-Replayed'],
  ...['RateLimit', 'RateLimit-Policy'],
];

/** Every route of the gateway. Each surface answers its own errors; here are those of all other paths. */
export function createHttpApp(parts: HttpAppParts): Express {
  const { openRequests, logger, surface, corsOrigins } = parts;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', parts.trustProxy);
  app.use(requestId, requestSpan, requestLog(logger, parts), securityHeaders, publicPaths);
  app.use(openRequests.track, surface.observe);
  app.use(parts.probes);
  if (corsOrigins.length > 0) {
    const origin = corsOrigins.includes('*') ? '*' : corsOrigins;
    app.use(allowCrossOrigin, cors({ origin, exposedHeaders, maxAge: 600 }));
  }
  app.use('/v1/chat/completions', parts.chat);
  app.use('/v1', parts.v1);
  app.use(surface.routes);
  app.use(docsRoutes(), playgroundRoutes(), apiDocsRoutes({ keysRequired: parts.keysRequired }));
  app.use((_req: Request, res: Response) => void res.status(404).type('text').send('Not Found'));
  app.use(
    errorResponder(logger, ({ status }, _req, res) => {
      const text = status === 404 ? 'Not Found' : 'Internal Server Error';
      res.status(status).type('text').send(text);
    }),
  );
  return app;
}

function allowCrossOrigin(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  next();
}
