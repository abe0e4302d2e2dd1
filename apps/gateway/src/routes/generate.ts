import { BlipqError, type CaptionResource } from '@blipq/contracts';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { bentomlResponder } from '../bentoml-errors.js';
import { firstImage, readBentomlForm } from '../bentoml-form.js';
import type { HttpAppParts } from '../http-app.js';
import { bentomlRequestId } from '../request-id.js';
import { readUpload } from '../upload.js';

/** BentoBlip calls `generate(max_new_tokens=100, min_new_tokens=20)`. */
const bentoblipDefaults = { max_new_tokens: 100, min_new_tokens: 20 };

/** `POST /generate`: BentoBlip's endpoint, answered with the caption as plain text. */
export function generateRoutes({ intake, queue, logger, generateTimeoutS }: HttpAppParts): Router {
  const router = Router();

  router.use('/generate', (_req: Request, res: Response, next: NextFunction) => {
    res.setHeader('Server', 'BentoML Service/BlipImageCaptioning');
    res.setHeader('X-BentoML-Request-ID', bentomlRequestId(res.locals.requestId));
    next();
  });

  router.post('/generate', async (req, res) => {
    const upload = await readUpload(req, res, firstImage).catch(wrongTypeIsNoImage);
    const { id } = await intake.submit(readBentomlForm(upload), bentoblipDefaults);
    res.type('text').send(captionText(await finished(id, res.locals.stopWaiting)));
  });

  router.all('/generate', (req, res) => {
    res.setHeader('Allow', 'POST');
    if (req.method === 'OPTIONS') return void res.status(204).end();
    res.status(405).type('text').send('Method Not Allowed');
  });

  router.use('/generate', bentomlResponder(logger));

  async function finished(id: string, signal: AbortSignal): Promise<CaptionResource> {
    const outcome = await queue.wait(id, { timeoutMs: generateTimeoutS * 1000, signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    if (outcome.status === 'finished') return outcome.caption;
    throw new BlipqError('timeout', `Not able to process the request in ${generateTimeoutS} seconds`);
  }

  return router;
}

/** To BentoML a body that is no form is a form without its field. */
function wrongTypeIsNoImage(error: unknown): never {
  const notAForm = error instanceof BlipqError && error.code === 'unsupported_media_type';
  throw notAForm ? new BlipqError('missing_image', error.detail) : error;
}

function captionText({ state, caption, error }: CaptionResource): string {
  if (caption !== null) return caption.text;
  throw new BlipqError(error?.code ?? 'inference_error', error?.detail ?? `The caption was ${state}.`);
}
