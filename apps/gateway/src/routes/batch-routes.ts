import { createHash } from 'node:crypto';
import { BlipqError, batchId } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { Router } from 'express';
import { isUnchanged } from '../answer/is-unchanged.js';
import { onlyMethods } from '../answer/problem-responder.js';
import { tenantOf } from '../gates/authenticate.js';
import { requesterOf } from '../gates/requester.js';
import type { BatchIntake } from '../intake/batch-intake.js';
import { idempotencyKeyOf } from '../request/idempotency-key.js';
import { parseQuery } from '../request/parse-query.js';
import { readBatch } from '../request/read-batch.js';
import { batchListQuery, listingOf } from '../request/work-list-query.js';

interface BatchParts {
  batches: BatchIntake;
  queue: Pick<WorkQueue, 'readBatch' | 'listBatches'>;
}

/** `/v1/batches`. */
export function batchRoutes({ batches, queue }: BatchParts): Router {
  const router = Router();

  router
    .route('/')
    .post(async (req, res) => {
      const idempotencyKey = idempotencyKeyOf(req);
      const request = await readBatch(req, res);
      // The batch goes on when its client hangs up, and its body is in memory for as long.
      const { bodyDone = () => undefined } = res.locals;
      res.off('close', bodyDone);
      const { status, batch } = await batches
        .accept(request, { ...requesterOf(req, res), ...(idempotencyKey !== undefined && { idempotencyKey }) })
        .finally(bodyDone);
      if (status === 'replayed') res.setHeader('Idempotency-Replayed', 'true');
      res.status(202).location(batch.links.self).json(batch);
    })
    .get(async (req, res) => {
      const query = listingOf(parseQuery(batchListQuery, req));
      res.json(await queue.listBatches({ tenant: tenantOf(res), ...query }));
    })
    .all(onlyMethods('GET, HEAD, POST'));

  router
    .route('/:id')
    .get(async (req, res) => {
      const id = batchId.safeParse(req.params.id);
      const batch = id.success ? await queue.readBatch(id.data, tenantOf(res)) : null;
      if (batch === null) throw new BlipqError('not_found', 'There is no batch with this id.');
      const version = createHash('sha256').update(JSON.stringify(batch)).digest('base64url').slice(0, 22);
      if (isUnchanged(req, res, version)) return void res.status(304).end();
      res.json(batch);
    })
    .all(onlyMethods('GET, HEAD'));

  return router;
}
