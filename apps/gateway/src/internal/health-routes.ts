import { type Response, Router } from 'express';
import type { HttpAppParts } from '../http-app-parts.js';

/**
 * Probes, as BentoML answers them. Alive means that the event loop turns; ready means that a caption could be queued
 * now. Workers are not asked: captions may wait for them.
 */
export function healthRoutes({ health, model, openRequests }: Omit<HttpAppParts, 'intake'>): Router {
  const router = Router();
  router.get(['/livez', '/healthz'], (_req, res) => answer(res));
  router.get('/readyz', async (_req, res) => {
    if (openRequests.leaving) return answer(res, 'shutting down');
    const trouble = await health.trouble(1500);
    if (trouble !== undefined) return answer(res, `Redis ${trouble}`);
    const missing = await model.check().then(
      () => undefined,
      (error: Error) => error.message,
    );
    answer(res, missing);
  });
  return router;
}

function answer(res: Response, trouble = ''): void {
  res
    .status(trouble === '' ? 200 : 503)
    .type('text')
    .send(`${trouble}\n`);
}
