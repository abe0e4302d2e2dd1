import { BlipqError, type WebhookSecretResource } from '@blipq/contracts';
import type { SigningSecrets } from '@blipq/webhooks';
import { Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { secretNameOf } from '../gates/api-keys.js';
import { tenantOf } from '../gates/authenticate.js';

/** `/v1/webhooks/secret`: what signs the webhooks of the key that asks. */
export function webhookSecretRoutes({ secrets }: { secrets: SigningSecrets }): Router {
  const router = Router();
  router
    .route('/webhooks/secret')
    .get((_req, res) => {
      const { apiKey } = res.locals;
      if (apiKey === undefined) {
        throw new BlipqError(
          'forbidden',
          'Without API keys all callers share one secret, which the operator has: BLIPQ_WEBHOOK_SECRET, or the file webhook-secret that npm start keeps in .blipq.',
        );
      }
      const valid = secrets.valid(secretNameOf(apiKey), tenantOf(res));
      if (valid.length === 0) {
        throw new BlipqError(
          'not_found',
          'This gateway does not know the secret of this key: its operator has to give it the BLIPQ_WEBHOOK_SECRET… settings of the notifier.',
        );
      }
      const resource: WebhookSecretResource = { object: 'webhook_secret', secrets: [...valid] };
      res.setHeader('Cache-Control', 'no-store').json(resource);
    })
    .all(onlyMethods('GET, HEAD'));
  return router;
}
