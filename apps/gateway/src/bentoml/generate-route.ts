import { BlipqError, type CaptionId, type CaptionResource } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import { type Request, type Response, Router } from 'express';
import { tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import { requesterOf } from '../gates/requester.js';
import { tooManyWaits } from '../gates/too-many-waits.js';
import type { WorkIntake } from '../intake/work-intake.js';
import { bentoblipDefaults } from './bentoblip-defaults.js';
import type { BentomlMetrics } from './bentoml-metrics.js';
import { captionText } from './caption-text.js';
import { notAllowed } from './not-allowed.js';
import { readBentomlForm } from './read-bentoml-form.js';

/** If this gateway dies while it waits, nothing cancels the work; so the work also expires, but after the answer. */
const expiryGraceS = 5;

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
    const place = waits.take(tenantOf(res));
    if (place === undefined) throw tooManyWaits();
    res.once('close', place);
    const { id } = await submitted(req, res);
    res.locals.bodyDone?.();
    const caption = await finished(id, res);
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

  /** The caption once it has ended. Its work is canceled when its client stops waiting: nobody else has its id. */
  async function finished(id: CaptionId, { locals: { giveUp, apiKey } }: Response): Promise<CaptionResource> {
    const tenant = apiKey?.name;
    try {
      const timeoutMs = generateTimeoutS * 1000;
      const outcome = await queue.wait(id, { timeoutMs, signal: giveUp, ...(tenant && { tenant }) });
      if (outcome.status === 'finished') return outcome.work;
      throw new BlipqError('timeout', `Not able to process the request in ${generateTimeoutS} seconds`);
    } catch (error) {
      const latest = await abandon(id, tenant);
      if (latest?.state === 'succeeded') return latest;
      throw giveUp.aborted ? giveUp.reason : error;
    }
  }

  /** Cancels the caption. Returns it if it has ended in the meantime and may be the answer after all. */
  async function abandon(id: CaptionId, tenant: string | undefined): Promise<CaptionResource | null> {
    try {
      await queue.cancel(id, tenant);
      return null;
    } catch {
      return await queue.read(id, tenant).catch(() => null);
    }
  }

  return router;
}
