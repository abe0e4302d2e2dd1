import { BlipqError, parseFields, webhookTestJson } from '@blipq/contracts';
import type { WebhookTests } from '@blipq/queue';
import { type RequestHandler, Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { holderOf, tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import type { RateLimits } from '../gates/rate-limits.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import type { WebhookTargets } from '../intake/webhook-targets.js';
import { mediaTypeOf } from '../request/media-type.js';
import { readJsonBody } from '../request/read-body.js';

interface WebhookTestParts {
  admitUpload: RequestHandler;
  webhooks: Pick<WebhookTargets, 'ofTest'>;
  tests: Pick<WebhookTests, 'send'>;
  limits: Pick<RateLimits, 'spend'>;
  waits: Places;
}

/** The URL at its longest, escaped. */
const bytesMax = 16 * 1024;

/** `/v1/webhooks/test`: has a notifier send a `ping`, and answers with what its receiver did. */
export function webhookTestRoutes({ admitUpload, webhooks, tests, limits, waits }: WebhookTestParts): Router {
  const router = Router();
  router
    .route('/webhooks/test')
    .post(admitUpload, async (req, res) => {
      if (mediaTypeOf(req) !== 'application/json') {
        throw new BlipqError('unsupported_media_type', 'Send application/json: {"url": "https://…"}.');
      }
      const { url } = parseFields(webhookTestJson, await readJsonBody(req, res, bytesMax));
      res.locals.bodyDone?.();
      const { secret } = webhooks.ofTest(url, res.locals.apiKey);
      await limits.spend('webhook_test', holderOf(req, res));
      takeWaitPlace(waits, res);
      res.json(await tests.send({ tenant: tenantOf(res), url, secret }, res.locals.giveUp));
    })
    .all(onlyMethods('POST'));
  return router;
}
