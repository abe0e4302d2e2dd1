import type { Logger } from '@blipq/service';
import { type RequestHandler, Router } from 'express';
import { bentomlDocs } from './bentoml-docs.js';
import { bentomlHeaders } from './bentoml-headers.js';
import { bentomlResponder } from './bentoml-responder.js';
import { bentomlSchema } from './bentoml-schema.js';
import { type GenerateParts, generateRoute } from './generate-route.js';
import { generateTaskRoutes } from './generate-task-routes.js';
import { notAllowed } from './not-allowed.js';
import { swaggerUiRoutes } from './swagger-ui-routes.js';

interface BentomlSurfaceParts extends GenerateParts {
  authenticate: RequestHandler;
  admitUpload: RequestHandler;
  logger: Logger;
}

/**
 * BentoBlip's surface as BentoML serves it: `/generate` and its tasks, the documents, `/metrics` and the page at `/`.
 * Its probes are the gateway's own.
 */
export function bentomlSurface(parts: BentomlSurfaceParts): { observe: RequestHandler; routes: Router } {
  const { metrics, authenticate, admitUpload, logger } = parts;
  const routes = Router();
  routes.get('/schema.json', (req, res) => void res.json(bentomlSchema(req.query.is_task !== 'false')));
  routes.get('/docs.json', (_req, res) => void res.json(bentomlDocs));
  routes.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  routes.all(['/schema.json', '/docs.json', '/metrics'], notAllowed('GET, HEAD'));
  routes.use('/generate', bentomlHeaders, authenticate, admitUpload);
  routes.use('/generate', generateTaskRoutes(parts), generateRoute(parts));
  routes.use('/generate', bentomlResponder(logger));
  routes.use(swaggerUiRoutes());
  return { observe: metrics.track, routes };
}
