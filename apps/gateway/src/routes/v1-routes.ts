import { BlipqError, task, taskNames } from '@blipq/contracts';
import type { DeliveryLog, EventTokens, WebhookTests, WorkQueue } from '@blipq/queue';
import type { Logger } from '@blipq/service';
import type { SigningSecrets } from '@blipq/webhooks';
import { type RequestHandler, Router } from 'express';
import { problemResponder } from '../answer/problem-responder.js';
import type { Places } from '../gates/places.js';
import type { RateLimits } from '../gates/rate-limits.js';
import type { BatchIntake } from '../intake/batch-intake.js';
import type { ModelCatalog } from '../intake/model-catalog.js';
import type { WebhookTargets } from '../intake/webhook-targets.js';
import type { WorkIntake } from '../intake/work-intake.js';
import { batchRoutes } from './batch-routes.js';
import { deliveryRoutes } from './delivery-routes.js';
import { eventTokenRoutes } from './event-token-routes.js';
import { modelRoutes } from './model-routes.js';
import { webhookSecretRoutes } from './webhook-secret-routes.js';
import { webhookTestRoutes } from './webhook-test-routes.js';
import { workRoutes } from './work-routes.js';

interface V1Parts {
  authenticateWatcher: RequestHandler;
  authenticate: RequestHandler;
  admitUpload: RequestHandler;
  /** The same for the bodies of batches, which are read in parts. */
  admitBatch: RequestHandler;
  intake: WorkIntake;
  batches: BatchIntake;
  queue: WorkQueue;
  deliveries: DeliveryLog;
  secrets: SigningSecrets;
  webhooks: WebhookTargets;
  tests: WebhookTests;
  limits: RateLimits;
  tokens: EventTokens;
  models: ModelCatalog;
  /** Requests that wait for work or watch it. */
  waits: Places;
  logger: Logger;
}

/** `/v1`: our own API. Every error below it is answered as problem+json. */
export function v1Routes(parts: V1Parts): Router {
  const { authenticate, admitUpload, admitBatch, intake, batches, queue, deliveries, models, waits, logger } = parts;
  const { secrets, webhooks, tests, limits, tokens } = parts;
  const router = Router();
  router.use(parts.authenticateWatcher, authenticate);
  router.use('/batches', admitBatch, batchRoutes({ batches, queue, waits }));
  for (const one of task.options) {
    router.use(`/${taskNames[one].collection}`, admitUpload, workRoutes(one, { intake, queue, waits }));
  }
  router.use('/models', modelRoutes({ models }));
  router.use(deliveryRoutes({ deliveries, queue }));
  router.use(webhookSecretRoutes({ secrets }));
  router.use(eventTokenRoutes({ admitUpload, tokens, limits }));
  router.use(webhookTestRoutes({ admitUpload, webhooks, tests, limits, waits }));
  router.use(() => {
    throw new BlipqError('not_found', 'There is nothing at this path.');
  });
  router.use(problemResponder(logger));
  return router;
}
