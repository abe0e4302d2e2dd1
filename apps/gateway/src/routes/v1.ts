import { BlipqError } from '@blipq/contracts';
import { Router } from 'express';
import type { HttpAppParts } from '../http-app.js';
import { problemResponder } from '../problem-json.js';
import { captionRoutes } from './captions.js';

/** `/v1`: our own API. Whatever goes wrong below it is answered as problem+json. */
export function v1Routes(parts: HttpAppParts): Router {
  const router = Router();
  router.use('/captions', captionRoutes(parts));
  router.use(() => {
    throw new BlipqError('not_found', 'There is nothing at this path.');
  });
  router.use(problemResponder(parts.logger));
  return router;
}
