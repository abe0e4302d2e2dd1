import { BlipqError, type DeliveryResource, deliveryId, deliveryState, task, taskNames } from '@blipq/contracts';
import type { DeliveryLog, WorkQueue } from '@blipq/queue';
import { type Request, type Response, Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { workNotFound } from '../answer/work-not-found.js';
import { tenantOf } from '../gates/authenticate.js';
import { parseQuery } from '../request/parse-query.js';
import { workIdOf } from '../request/work-id.js';
import { listQuery } from '../request/work-list-query.js';

/** The query of `GET /v1/webhook-deliveries`. */
export const deliveryListQuery = listQuery.extend({ state: deliveryState.optional() });

interface DeliveryParts {
  deliveries: DeliveryLog;
  queue: Pick<WorkQueue, 'read'>;
}

/** The deliveries of webhooks: `/v1/captions/{id}/deliveries` (answers and matches too) and `/v1/webhook-deliveries`. */
export function deliveryRoutes({ deliveries, queue }: DeliveryParts): Router {
  const router = Router();

  for (const one of task.options) {
    router
      .route(`/${taskNames[one].collection}/:id/deliveries`)
      .get(async (req, res) => {
        const id = workIdOf(one, req);
        const data = await deliveries.ofWork(id, tenantOf(res));
        // Deliveries may outlive their caption.
        if (data.length === 0 && (await queue.read(id, tenantOf(res))) === null) throw workNotFound(one);
        res.json({ object: 'list', data, next_cursor: null });
      })
      .all(onlyMethods('GET, HEAD'));
  }

  router
    .route('/webhook-deliveries')
    .get(async (req, res) => {
      const query = parseQuery(deliveryListQuery, req);
      res.json(await deliveries.list({ tenant: tenantOf(res), ...query }));
    })
    .all(onlyMethods('GET, HEAD'));

  router
    .route('/webhook-deliveries/:id')
    .get(async (req, res) => void res.json(await found(req, res, 'read')))
    .all(onlyMethods('GET, HEAD'));

  router
    .route('/webhook-deliveries/:id/redeliver')
    .post(async (req, res) => void res.status(202).json(await found(req, res, 'redeliver')))
    .all(onlyMethods('POST'));

  async function found(req: Request, res: Response, ask: keyof Pick<DeliveryLog, 'read' | 'redeliver'>) {
    const id = deliveryId.safeParse(req.params.id);
    const delivery: DeliveryResource | null = id.success ? await deliveries[ask](id.data, tenantOf(res)) : null;
    if (delivery === null) throw new BlipqError('not_found', 'There is no delivery with this id.');
    return delivery;
  }

  return router;
}
