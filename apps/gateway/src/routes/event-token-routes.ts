import { BlipqError, type EventTokenResource, eventTokenJson, parseFields } from '@blipq/contracts';
import type { EventTokens } from '@blipq/queue';
import { type RequestHandler, Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { tenantOf } from '../gates/authenticate.js';
import type { RateLimits } from '../gates/rate-limits.js';
import { readSmallJson } from '../request/read-small-json.js';

interface EventTokenParts {
  admitUpload: RequestHandler;
  tokens: Pick<EventTokens, 'issue'>;
  limits: Pick<RateLimits, 'spend'>;
}

/** `/v1/events/token`: lets a browser watch events without the key. */
export function eventTokenRoutes({ admitUpload, tokens, limits }: EventTokenParts): Router {
  const router = Router();
  router
    .route('/events/token')
    .post(admitUpload, async (req, res) => {
      const { subject, ttl_s = 300 } = parseFields(eventTokenJson, await readSmallJson(req, res));
      if (res.locals.apiKey === undefined) {
        throw new BlipqError('forbidden', 'This server has no API keys: its events are watched without a token.');
      }
      await limits.spend('event_token', tenantOf(res));
      const token = await tokens.issue({ tenant: tenantOf(res), subject }, ttl_s);
      const resource: EventTokenResource = { object: 'event_token', token, subject: subject ?? null, ttl_s };
      res.status(201).setHeader('Cache-Control', 'no-store').json(resource);
    })
    .all(onlyMethods('POST'));
  return router;
}
