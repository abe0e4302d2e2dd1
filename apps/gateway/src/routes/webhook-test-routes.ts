import { parseFields, webhookTestJson } from '@blipq/contracts';
import type { WebhookTests } from '@blipq/queue';
import { type RequestHandler, Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { holderOf, tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import type { RateLimits } from '../gates/rate-limits.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import type { WebhookTargets } from '../intake/webhook-targets.js';
import { readSmallJson } from '../request/read-small-json.js';

interface WebhookTestParts {
  admitUpload: RequestHandler;
  webhooks: Pick<WebhookTargets, 'ofTest'>;
  tests: Pick<WebhookTests, 'send'>;
  limits: Pick<RateLimits, 'spend'>;
  waits: Places;
}

/** `/v1/webhooks/test`: has a notifier send a `ping`, and answers with what its receiver did. */
export function webhookTestRoutes({ admitUpload, webhooks, tests, limits, waits }: WebhookTestParts): Router {
  const router = Router();
  router
    .route('/webhooks/test')
    .post(admitUpload, async (req, res) => {
      const { url } = parseFields(webhookTestJson, await readSmallJson(req, res));
      const { secret } = webhooks.ofTest(url, res.locals.apiKey);
      await limits.spend('webhook_test', holderOf(req, res));
      takeWaitPlace(waits, res);
      res.json(await tests.send({ tenant: tenantOf(res), url, secret }, res.locals.giveUp));
    })
    .all(onlyMethods('POST'));
  return router;
}
