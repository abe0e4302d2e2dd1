import { createHash } from 'node:crypto';
import { type BatchResource, BlipqError, batchId } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { type Request, type Response, Router } from 'express';
import { isUnchanged } from '../answer/is-unchanged.js';
import { onlyMethods } from '../answer/problem-responder.js';
import { lastEventId, streamEvents } from '../answer/stream-events.js';
import { ndjson, streamLines } from '../answer/stream-lines.js';
import { afterPreferredWait } from '../gates/after-preferred-wait.js';
import { tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import { requesterOf } from '../gates/requester.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import type { BatchIntake } from '../intake/batch-intake.js';
import { idempotencyKeyOf } from '../request/idempotency-key.js';
import { parseQuery } from '../request/parse-query.js';
import { preferredWaitS } from '../request/preferred-wait.js';
import { readBatch } from '../request/read-batch.js';
import { batchListQuery, listingOf, resultsQuery } from '../request/work-list-query.js';

interface BatchParts {
  batches: BatchIntake;
  queue: Pick<WorkQueue, 'readBatch' | 'listBatches' | 'cancelBatch' | 'waitForBatch' | 'watchBatch' | 'batchResults'>;
  /** Requests that wait for work or watch it. */
  waits: Places;
}

/** `/v1/batches`. */
export function batchRoutes({ batches, queue, waits }: BatchParts): Router {
  const router = Router();

  router
    .route('/')
    .post(async (req, res) => {
      const idempotencyKey = idempotencyKeyOf(req);
      const context = { ...requesterOf(req, res), ...(idempotencyKey !== undefined && { idempotencyKey }) };
      // The batch goes on when its client hangs up behind the body, which is in memory for as long.
      const { bodyDone = () => undefined, releaseBody = () => undefined } = res.locals;
      res.off('close', bodyDone);
      const submission = batches.open(context, releaseBody);
      const { status, batch } = await readBatch(req, res, submission)
        .then((extent) => submission.end(extent))
        .catch(async (error: unknown) => {
          await submission.abandon(error);
          throw error;
        })
        .finally(bodyDone);
      if (status === 'replayed') res.setHeader('Idempotency-Replayed', 'true');
      const latest = await waited(req, res, batch);
      const hasWaited = preferredWaitS(req.get('prefer')) !== undefined;
      res
        .status(hasWaited && latest.state === 'completed' ? 200 : 202)
        .location(batch.links.self)
        .json({ ...latest, items: batch.items });
    })
    .get(async (req, res) => {
      const query = listingOf(parseQuery(batchListQuery, req));
      res.json(await queue.listBatches({ tenant: tenantOf(res), ...query }));
    })
    .all(onlyMethods('GET, HEAD, POST'));

  router
    .route('/:id')
    .get(async (req, res) => {
      const batch = await waited(req, res, await existing(req, res));
      const version = createHash('sha256').update(JSON.stringify(batch)).digest('base64url').slice(0, 22);
      if (isUnchanged(req, res, version)) return void res.status(304).end();
      res.json(batch);
    })
    .all(onlyMethods('GET, HEAD'));

  router
    .route('/:id/cancel')
    .post(async (req, res) => {
      const batch = await queue.cancelBatch(idOf(req), tenantOf(res));
      res.status(batch.state === 'completed' ? 200 : 202).json(batch);
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/events')
    .get(async (req, res) => {
      const after = lastEventId(req.get('last-event-id'));
      const { id, state, version } = await existing(req, res);
      if (state === 'completed' && version === after) return void res.status(204).end();
      if (req.method === 'HEAD') return void res.type('text/event-stream').end();
      takeWaitPlace(waits, res);
      await streamEvents(queue.watchBatch(id, { tenant: tenantOf(res), after, signal: res.locals.stopWaiting }), res);
    })
    .all(onlyMethods('GET, HEAD'));

  router
    .route('/:id/results')
    .get(async (req, res) => {
      const { cursor = 0 } = parseQuery(resultsQuery, req);
      const waitS = preferredWaitS(req.get('prefer'));
      const { id } = await existing(req, res);
      if (waitS !== undefined) res.setHeader('Preference-Applied', `wait=${waitS}`);
      if (req.method === 'HEAD') return void res.type(ndjson).end();
      takeWaitPlace(waits, res);
      const { stopWaiting } = res.locals;
      const enough =
        waitS === undefined ? stopWaiting : AbortSignal.any([stopWaiting, AbortSignal.timeout(waitS * 1000)]);
      await streamLines(queue.batchResults(id, { tenant: tenantOf(res), after: cursor, signal: enough }), res, enough);
    })
    .all(onlyMethods('GET, HEAD'));

  /** The batch after the wait that the client prefers. */
  async function waited(req: Request, res: Response, batch: BatchResource): Promise<BatchResource> {
    if (batch.state === 'completed') return batch;
    const latest = await afterPreferredWait(req, res, waits, (options) => queue.waitForBatch(batch.id, options));
    return latest ?? batch;
  }

  async function existing(req: Request, res: Response): Promise<BatchResource> {
    const batch = await queue.readBatch(idOf(req), tenantOf(res));
    if (batch === null) throw noSuchBatch();
    return batch;
  }

  return router;
}

function idOf(req: Request): string {
  const id = batchId.safeParse(req.params.id);
  if (!id.success) throw noSuchBatch();
  return id.data;
}

function noSuchBatch(): BlipqError {
  return new BlipqError('not_found', 'There is no batch with this id.');
}
