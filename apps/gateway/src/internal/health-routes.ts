import type { QueueHealth, RedisMemory } from '@blipq/queue';
import { type Response, Router } from 'express';
import type { OpenRequests } from '../gates/open-requests.js';
import type { ModelCatalog } from '../intake/model-catalog.js';

interface HealthParts {
  health: Pick<QueueHealth, 'trouble'>;
  memory: Pick<RedisMemory, 'isFull'>;
  models: Pick<ModelCatalog, 'check'>;
  openRequests: Pick<OpenRequests, 'leaving'>;
}

/**
 * Probes. Alive means that the event loop turns; ready means that work can be queued now. Whether workers run does not
 * matter: work may wait for them.
 */
export function healthRoutes({ health, memory, models, openRequests }: HealthParts): Router {
  const router = Router();
  router.get(['/livez', '/healthz'], (_req, res) => answer(res));
  router.get('/readyz', async (_req, res) => {
    if (openRequests.leaving) return answer(res, 'shutting down');
    const trouble = await health.trouble(1500);
    if (trouble !== undefined) return answer(res, `Redis ${trouble}`);
    if (memory.isFull) return answer(res, 'Redis has used all of its maxmemory: it takes no new work');
    const missing = await models.check().then(
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
