import { BlipqError, type CaptionId, type CaptionResource, isTerminal } from '@blipq/contracts';
import { type Request, type Response, Router } from 'express';
import { requesterOf } from '../gates/requester.js';
import { bentoblipDefaults } from './bentoblip-defaults.js';
import { captionText } from './caption-text.js';
import type { GenerateParts } from './generate-route.js';
import { notAllowed } from './not-allowed.js';
import { readBentomlForm } from './read-bentoml-form.js';
import { captionIdOf, taskIdOf } from './task-id.js';
import { taskResource } from './task-resource.js';

/** BentoML's task endpoints. A task is a caption like any other, so it outlives every gateway that was asked about it. */
export function generateTaskRoutes({ intake, queue }: Pick<GenerateParts, 'intake' | 'queue'>): Router {
  const router = Router();

  router.post('/submit', async (req, res) => {
    const request = await readBentomlForm(req, res);
    const context = { ...requesterOf(req, res), endpoint: bentoblipDefaults };
    submitted(res, (await intake.accept(request, context)).work);
  });

  router.get('/status', async (req, res) => {
    const caption = await captionOf(req, res);
    if (caption) res.json(taskResource(caption, req.get('user-agent')));
  });

  router.get('/get', async (req, res) => {
    const caption = await captionOf(req, res);
    if (!caption || unfinished(caption, res)) return;
    // BentoML has no such answer, since nothing is ever canceled there.
    if (caption.state === 'canceled') return refuse(res, `task ${taskIdOf(caption.id)} is canceled`);
    res.type('text').send(captionText(caption));
  });

  router.post('/retry', async (req, res) => {
    const caption = await captionOf(req, res);
    if (!caption || unfinished(caption, res)) return;
    submitted(res, (await queue.retry(caption.id, retryContext(res))).work);
  });

  router.put('/cancel', async (req, res) => {
    const caption = await captionOf(req, res);
    if (!caption) return;
    const latest = await canceled(caption.id, res.locals.apiKey?.name);
    res.json(taskResource(latest ?? caption, req.get('user-agent')));
  });

  router.all(['/submit', '/retry'], notAllowed('POST'));
  router.all(['/status', '/get'], notAllowed('GET, HEAD'));
  router.all('/cancel', notAllowed('PUT'));

  /** The caption behind the query's task id; undefined when it names none and that has been answered. */
  async function captionOf(req: Request, res: Response): Promise<CaptionResource | undefined> {
    const taskId = [req.query.task_id].flat().at(-1);
    if (taskId === undefined) return void refuse(res, 'task_id is required');
    const id = captionIdOf(String(taskId));
    const caption = id === undefined ? null : await queue.read(id, res.locals.apiKey?.name);
    if (caption === null) throw new BlipqError('not_found', 'task_id not found');
    return caption;
  }

  /** The caption after it was canceled. One that has ended stays as it is, which is an answer here and no error. */
  async function canceled(id: CaptionId, tenant: string | undefined): Promise<CaptionResource | null> {
    try {
      return (await queue.cancel(id, tenant)).work;
    } catch (error) {
      if (error instanceof BlipqError && error.code === 'already_terminal') return await queue.read(id, tenant);
      throw error;
    }
  }

  return router;
}

/** BentoML retries completed tasks too. Their image is gone, but a model gives the same image the same caption. */
function retryContext({ locals: { apiKey } }: Response) {
  const copyResult = true;
  if (apiKey === undefined) return { copyResult };
  return { copyResult, tenant: apiKey.name, weight: apiKey.weight, tenantOpenMax: apiKey.queueMax };
}

/** A task begins in progress in the words of every client, whether a worker is free or not. */
function submitted(res: Response, { id }: { id: CaptionId }): void {
  res.json({ task_id: taskIdOf(id), status: 'in_progress' });
}

function unfinished({ id, state }: CaptionResource, res: Response): boolean {
  if (isTerminal(state)) return false;
  refuse(res, `task ${taskIdOf(id)} is not completed yet`);
  return true;
}

function refuse(res: Response, error: string): void {
  res.status(400).json({ error });
}
