import { BlipqError, task, taskNames } from '@blipq/contracts';
import { type RequestHandler, Router } from 'express';
import { problemResponder } from '../answer/problem-responder.js';
import type { HttpAppParts } from '../http-app-parts.js';
import { BatchIntake } from '../intake/batch-intake.js';
import { batchRoutes } from './batch-routes.js';
import { deliveryRoutes } from './delivery-routes.js';
import { modelRoutes } from './model-routes.js';
import { workRoutes } from './work-routes.js';

/**
 * `/v1`: our own API. Whatever goes wrong below it is answered as problem+json.
 *
 * @param gates what every request must pass first
 */
export function v1Routes(parts: HttpAppParts, gates: RequestHandler[]): Router {
  const router = Router();
  router.use(...gates);
  for (const one of task.options) router.use(`/${taskNames[one].collection}`, workRoutes(one, parts));
  router.use('/batches', batchRoutes({ ...parts, batches: new BatchIntake(parts) }));
  router.use('/models', modelRoutes(parts));
  router.use(deliveryRoutes(parts));
  router.use(() => {
    throw new BlipqError('not_found', 'There is nothing at this path.');
  });
  router.use(problemResponder(parts.logger));
  return router;
}
