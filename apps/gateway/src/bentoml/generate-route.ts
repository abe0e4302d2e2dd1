import type { CaptionResource } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { type Request, type Response, Router } from 'express';
import { tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import { requesterOf } from '../gates/requester.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import { awaitWork, expiryGraceS } from '../intake/await-work.js';
import type { WorkIntake } from '../intake/work-intake.js';
import { bentoblipDefaults } from './bentoblip-defaults.js';
import type { BentomlMetrics } from './bentoml-metrics.js';
import { captionText } from './caption-text.js';
import { notAllowed } from './not-allowed.js';
import { readBentomlForm } from './read-bentoml-form.js';

export interface GenerateParts {
  intake: WorkIntake;
  queue: WorkQueue;
  metrics: BentomlMetrics;
  /** Requests that wait for a caption. */
  waits: Places;
  /** How long `POST /generate` waits for its caption. */
  generateTimeoutS: number;
}

/** `POST /generate`: BentoBlip's endpoint, answered with the caption as plain text. */
export function generateRoute({ intake, queue, metrics, waits, generateTimeoutS }: GenerateParts): Router {
  const router = Router();

  router.post('/', async (req, res) => {
    takeWaitPlace(waits, res);
    const { id } = await submitted(req, res);
    res.locals.bodyDone?.();
    const lateDetail = `Not able to process the request in ${generateTimeoutS} seconds`;
    const { giveUp } = res.locals;
    const caption = await awaitWork(id, {
      ...{ queue, tenant: tenantOf(res), timeoutS: generateTimeoutS, lateDetail, giveUp },
    });
    metrics.observeBatch(caption);
    res.type('text').send(captionText(caption));
  });
  router.all('/', notAllowed('POST'));

  /** Only this function holds the body, so that nothing of it is in memory while a client waits. */
  async function submitted(req: Request, res: Response): Promise<CaptionResource> {
    const request = await readBentomlForm(req, res);
    const expiring = { ...request, timeout_s: generateTimeoutS + expiryGraceS };
    return (await intake.accept(expiring, { ...requesterOf(req, res), endpoint: bentoblipDefaults })).work;
  }

  return router;
}
