import { BlipqError, type CaptionResource, captionId, isTerminal } from '@blipq/contracts';
import { type Request, type Response, Router } from 'express';
import { oneImage, readCaptionForm } from '../caption-form.js';
import type { HttpAppParts } from '../http-app.js';
import { preferredWaitS } from '../prefer-wait.js';
import { onlyMethods } from '../problem-json.js';
import { readUpload } from '../upload.js';

/** `POST /v1/captions` and `GET /v1/captions/{id}`. */
export function captionRoutes({ intake, queue }: Pick<HttpAppParts, 'intake' | 'queue'>): Router {
  const router = Router();

  router.route('/').post(async (req, res) => {
    const upload = await readUpload(req, res, oneImage);
    const caption = await intake.submit(readCaptionForm(upload));
    const latest = (await waited(req, res, caption.id)) ?? caption;
    res
      .status(isTerminal(latest.state) ? 200 : 202)
      .location(`/v1/captions/${caption.id}`)
      .json(latest);
  });
  router.route('/').all(onlyMethods('POST'));

  router.route('/:id').get(async (req, res) => {
    const id = captionId.safeParse(req.params.id);
    const caption = id.success ? await queue.read(id.data) : null;
    if (caption === null) throw new BlipqError('not_found', 'There is no caption with this id, or it has expired.');
    res.json(isTerminal(caption.state) ? caption : ((await waited(req, res, caption.id)) ?? caption));
  });
  router.route('/:id').all(onlyMethods('GET, HEAD'));

  /** The caption after the wait that the client prefers; undefined when it prefers none or it cannot be had. */
  async function waited(req: Request, res: Response, id: string): Promise<CaptionResource | undefined> {
    const waitS = preferredWaitS(req.get('prefer'));
    if (waitS === undefined) return undefined;
    res.setHeader('Preference-Applied', `wait=${waitS}`);
    const { stopWaiting } = res.locals;
    const outcome = await queue.wait(id, { timeoutMs: waitS * 1000, signal: stopWaiting }).catch((error: unknown) => {
      // The caption is safely queued: a wait that is cut short is answered with what is known, not with an error.
      if (stopWaiting.aborted || error instanceof BlipqError) return undefined;
      throw error;
    });
    return outcome === undefined || outcome.status === 'not_found' ? undefined : outcome.caption;
  }

  return router;
}
