import { type RequestHandler, Router } from 'express';
import type { HttpAppParts } from '../http-app-parts.js';
import { bentomlDocs } from './bentoml-docs.js';
import { bentomlResponder } from './bentoml-responder.js';
import { bentomlHeaders, bentomlSchema } from './bentoml-service.js';
import { generateRoute, notAllowed } from './generate-route.js';
import { generateTaskRoutes } from './generate-task-routes.js';

/**
 * BentoBlip's surface as BentoML serves it. Its probes are the gateway's own, and its page at `/` reads `docs.json`.
 *
 * @param gates what a request that asks for work has to pass first
 */
export function bentomlRoutes(parts: HttpAppParts, gates: RequestHandler[]): Router {
  const { metrics, logger } = parts;
  const router = Router();
  router.get('/schema.json', (req, res) => void res.json(bentomlSchema(req.query.is_task !== 'false')));
  router.get('/docs.json', (_req, res) => void res.json(bentomlDocs));
  router.get('/metrics', async (_req, res) => void res.type(metrics.contentType).send(await metrics.metrics()));
  router.all(['/schema.json', '/docs.json', '/metrics'], notAllowed('GET, HEAD'));
  router.use('/generate', bentomlHeaders, ...gates, generateTaskRoutes(parts), generateRoute(parts));
  router.use('/generate', bentomlResponder(logger));
  return router;
}
