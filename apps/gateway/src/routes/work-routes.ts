import { isTerminal, newIdFor, type Task, type WorkResource } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { type Request, type Response, Router } from 'express';
import { isUnchanged } from '../answer/is-unchanged.js';
import { onlyMethods } from '../answer/problem-responder.js';
import { lastEventId, streamEvents } from '../answer/stream-events.js';
import { workNotFound } from '../answer/work-not-found.js';
import { afterPreferredWait } from '../gates/after-preferred-wait.js';
import { tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import { requesterOf } from '../gates/requester.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import type { SubmitContext, WorkIntake } from '../intake/work-intake.js';
import { idempotencyKeyOf } from '../request/idempotency-key.js';
import { parseQuery } from '../request/parse-query.js';
import { readWork } from '../request/read-work.js';
import { workIdOf } from '../request/work-id.js';
import { listingOf, workListQuery } from '../request/work-list-query.js';

interface WorkParts {
  intake: WorkIntake;
  queue: WorkQueue;
  /** Requests that wait for work or watch it. */
  waits: Places;
}

/** `/v1/captions`, `/v1/answers` or `/v1/matches`: one life, so one set of routes. */
export function workRoutes(task: Task, { intake, queue: anyQueue, waits }: WorkParts): Router {
  const router = Router();
  const queue: WorkQueue<WorkResource> = anyQueue;
  const idOf = (req: Request) => workIdOf(task, req);

  router
    .route('/')
    .post(async (req, res) => await create(req, res, {}))
    .get(async (req, res) => {
      const { batch_id: batchId, ...query } = listingOf(parseQuery(workListQuery, req));
      res.json(await queue.list({ task, tenant: tenantOf(res), ...query, ...(batchId && { batchId }) }));
    })
    .all(onlyMethods('GET, HEAD, POST'));

  router
    .route('/:id')
    .get(async (req, res) => {
      const caption = await existing(req, res);
      const latest = isTerminal(caption.state) ? caption : ((await waited(req, res, caption.id)) ?? caption);
      if (isUnchanged(req, res, latest.version)) return void res.status(304).end();
      res.json(latest);
    })
    .put(async (req, res) => await create(req, res, { id: idOf(req) }))
    .delete(async (req, res) => {
      await queue.delete(idOf(req), tenantOf(res));
      res.status(204).end();
    })
    .all(onlyMethods('GET, HEAD, PUT, DELETE'));

  router
    .route('/:id/cancel')
    .post(async (req, res) => {
      const { status, work } = await queue.cancel(idOf(req), tenantOf(res));
      res.status(status === 'canceled' ? 200 : 202).json(work);
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/retry')
    .post(async (req, res) => {
      const { apiKey } = res.locals;
      const id = idOf(req);
      const idempotencyKey = idempotencyKeyOf(req);
      const { status, work } = await queue.retry(id, {
        newId: newIdFor(task),
        ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint: `retry ${id}` }),
        tenant: tenantOf(res),
        ...(apiKey?.weight !== undefined && { weight: apiKey.weight }),
        ...(apiKey?.queueMax !== undefined && { tenantOpenMax: apiKey.queueMax }),
      });
      if (status === 'replayed') res.setHeader('Idempotency-Replayed', 'true');
      res.status(202).location(work.links.self).json(work);
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/events')
    .get(async (req, res) => {
      const after = lastEventId(req.get('last-event-id'));
      const { id, state, version } = await existing(req, res);
      // 204 is how a server tells an EventSource that there is nothing to come back for.
      if (isTerminal(state) && version === after) return void res.status(204).end();
      if (req.method === 'HEAD') return void res.type('text/event-stream').end();
      takeWaitPlace(waits, res);
      const signal = res.locals.stopWaiting;
      await streamEvents(queue.watch(id, { tenant: tenantOf(res), after, signal }), res);
    })
    .all(onlyMethods('GET, HEAD'));

  /** Queues a caption and answers with it, after the wait that the client prefers. */
  async function create(req: Request, res: Response, context: Pick<SubmitContext, 'id'>): Promise<void> {
    const { status, work } = await accepted(req, res, context);
    res.locals.bodyDone?.();
    if (status === 'replayed') res.setHeader('Idempotency-Replayed', 'true');
    const latest = isTerminal(work.state) ? work : ((await waited(req, res, work.id)) ?? work);
    res
      .status(isTerminal(latest.state) ? 200 : 202)
      .location(work.links.self)
      .json(latest);
  }

  /** Only this function holds the body, so that nothing of it is in memory while a client waits. */
  async function accepted(req: Request, res: Response, context: Pick<SubmitContext, 'id'>) {
    const idempotencyKey = context.id === undefined ? idempotencyKeyOf(req) : undefined;
    const request = await readWork(task, req, res);
    return await intake.accept(request, {
      ...context,
      ...requesterOf(req, res),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  }

  async function existing(req: Request, res: Response): Promise<WorkResource> {
    const caption = await queue.read(idOf(req), tenantOf(res));
    if (caption === null) throw workNotFound(task);
    return caption;
  }

  /** The caption after the wait that the client prefers; undefined when it prefers none or there is no place to wait. */
  async function waited(req: Request, res: Response, id: string): Promise<WorkResource | undefined> {
    return await afterPreferredWait(req, res, waits, (options) => queue.wait(id, options));
  }

  return router;
}
