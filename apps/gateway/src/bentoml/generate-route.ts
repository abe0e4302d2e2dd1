import { BlipqError, type CaptionId, type CaptionResource } from '@blipq/contracts';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { tenantOf } from '../gates/authenticate.js';
import type { HttpAppParts } from '../http-app-parts.js';
import { tooManyWaits } from '../routes/work-routes.js';
import { captionText } from './bentoml-task.js';
import { readBentomlForm } from './read-bentoml-form.js';

/** BentoBlip calls `generate(max_new_tokens=100, min_new_tokens=20)`. */
export const bentoblipDefaults = { max_new_tokens: 100, min_new_tokens: 20 };

/** Should this gateway die while it waits, nobody cancels the work; so it also expires, but never before the answer. */
const expiryGraceS = 5;

/** `POST /generate`: BentoBlip's endpoint, answered with the caption as plain text. */
export function generateRoute(parts: HttpAppParts): Router {
  const { intake, queue, bentomlMetrics, generateTimeoutS, waits } = parts;
  const router = Router();

  router.post('/', async (req, res) => {
    const place = waits.take(tenantOf(res));
    if (place === undefined) throw tooManyWaits();
    res.once('close', place);
    const { id } = await submitted(req, res);
    res.locals.bodyDone?.();
    const caption = await finished(id, res);
    bentomlMetrics.observeBatch(caption);
    res.type('text').send(captionText(caption));
  });
  router.all('/', notAllowed('POST'));

  /** What was sent is held by this function alone, so that nothing of it is left while a client waits. */
  async function submitted(req: Request, res: Response): Promise<CaptionResource> {
    const request = await readBentomlForm(req, res);
    const expiring = { ...request, timeout_s: generateTimeoutS + expiryGraceS };
    return await intake.submit(expiring, bentoblipDefaults, submitContext(req, res));
  }

  /** The caption once it has ended. When nobody waits for it any longer its work is canceled: no one has its id. */
  async function finished(id: CaptionId, { locals: { giveUp, apiKey } }: Response): Promise<CaptionResource> {
    const tenant = apiKey?.name;
    try {
      const timeoutMs = generateTimeoutS * 1000;
      const outcome = await queue.wait(id, { timeoutMs, signal: giveUp, ...(tenant && { tenant }) });
      if (outcome.status === 'finished') return outcome.caption;
      throw new BlipqError('timeout', `Not able to process the request in ${generateTimeoutS} seconds`);
    } catch (error) {
      const latest = await abandon(id, tenant);
      if (latest?.state === 'succeeded') return latest;
      throw giveUp.aborted ? giveUp.reason : error;
    }
  }

  /** Cancels the caption. Returns it when it has ended at this last moment, and may be the answer after all. */
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

/** On whose behalf, and until when, something is submitted here. */
export function submitContext(req: Request, res: Response) {
  const { apiKey, giveUp } = res.locals;
  const fresh = /\bno-cache\b/i.test(req.get('cache-control') ?? '');
  return { ...(apiKey && { apiKey }), fresh, signal: giveUp };
}

/** For `.all()` after a path's methods, in BentoML's words. */
export function notAllowed(allow: string): RequestHandler {
  return (req, res) => {
    res.setHeader('Allow', allow);
    if (req.method === 'OPTIONS') return void res.status(204).end();
    res.status(405).type('text').send('Method Not Allowed');
  };
}
