import { BlipqError } from '@blipq/contracts';
import { Router } from 'express';
import { type ModelPage, modelResourceOf } from '../answer/model-resource.js';
import { onlyMethods } from '../answer/problem-responder.js';
import type { ModelCatalog } from '../intake/model-catalog.js';

/** `/v1/models`: the models that workers have registered. */
export function modelRoutes({ models }: { models: Pick<ModelCatalog, 'list'> }): Router {
  const router = Router();
  router
    .route('/')
    .get(async (_req, res) => {
      const page: ModelPage = { object: 'list', data: (await models.list()).map(modelResourceOf) };
      res.json(page);
    })
    .all(onlyMethods('GET, HEAD'));
  router
    .route('/:id')
    .get(async (req, res) => {
      const found = (await models.list()).find((one) => one.manifest.model === req.params.id);
      if (found === undefined) throw new BlipqError('not_found', 'There is no model of this name.');
      res.json(modelResourceOf(found));
    })
    .all(onlyMethods('GET, HEAD'));
  return router;
}
