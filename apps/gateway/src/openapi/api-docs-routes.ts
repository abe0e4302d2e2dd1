import { type Request, type Response, Router } from 'express';
import { openApiDocument } from './document.js';

/** `/openapi.json`: the description of `/v1`. */
export function apiDocsRoutes(options: { keysRequired: boolean }): Router {
  const router = Router();
  const json = JSON.stringify(openApiDocument(options));
  router.get('/openapi.json', (_req: Request, res: Response) => {
    res.set('Cache-Control', 'no-cache').type('json').send(json);
  });
  return router;
}
