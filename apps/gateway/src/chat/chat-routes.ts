import { BlipqError, type Task, type WorkResource } from '@blipq/contracts';
import type { WorkQueue } from '@blipq/queue';
import type { Logger } from '@blipq/service';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { onlyMethods } from '../answer/problem-responder.js';
import { tenantOf } from '../gates/authenticate.js';
import type { Places } from '../gates/places.js';
import { requesterOf } from '../gates/requester.js';
import { takeWaitPlace } from '../gates/take-wait-place.js';
import { awaitWork, expiryGraceS } from '../intake/await-work.js';
import type { ModelCatalog } from '../intake/model-catalog.js';
import type { WorkIntake } from '../intake/work-intake.js';
import { type ReadChat, readChat } from '../request/read-chat.js';
import { chatCompletion } from './chat-completion.js';
import { openaiErrorResponder } from './openai-error-responder.js';

/** Stands for the newest model that fits what is asked. */
const anyModel = 'blipq';

interface ChatParts {
  authenticate: RequestHandler;
  admitUpload: RequestHandler;
  intake: WorkIntake;
  queue: WorkQueue;
  models: Pick<ModelCatalog, 'current' | 'list' | 'newest'>;
  waits: Places;
  logger: Logger;
  /** How long one request waits for its answer. */
  timeoutS: number;
}

/** `POST /v1/chat/completions`: a caption or an answer, as OpenAI's vision clients ask for it. */
export function chatRoutes(parts: ChatParts): Router {
  const { authenticate, admitUpload, intake, queue, models, waits, logger, timeoutS } = parts;
  const router = Router();
  router.use(authenticate, admitUpload);
  router
    .route('/')
    .post(async (req, res) => {
      takeWaitPlace(waits, res);
      const { id, chat, textTokens } = await submitted(req, res);
      res.locals.bodyDone?.();
      const lateDetail = `The model did not answer within ${timeoutS} seconds.`;
      const { giveUp } = res.locals;
      const work = await awaitWork(id, { queue, tenant: tenantOf(res), timeoutS, lateDetail, giveUp });
      chatCompletion(res, { work: succeeded(work), textTokens, ...chat });
    })
    .all(onlyMethods('POST'));
  router.use(openaiErrorResponder(logger));
  return router;

  /** Only this function holds the body, so that nothing of it is in memory while a client waits. */
  async function submitted(req: Request, res: Response) {
    const { image, text, tokensMax, ...chat } = await readChat(req, res);
    const task = await taskFor(chat.model, text);
    const named = chat.model === anyModel ? {} : { model: chat.model };
    const { manifest, tokenizer } = await models.current(task, named.model);
    // Clients set a limit for models that talk much; here it only ever lowers the model's own.
    const limit = tokensMax === undefined ? {} : { max_new_tokens: Math.min(tokensMax, manifest.positions_max) };
    const common = { ...named, image, params: limit, timeout_s: timeoutS + expiryGraceS };
    const asks = task === 'question_answering' ? { ...common, question: text } : common;
    const { work } = await intake.accept(asks, requesterOf(req, res));
    // What the model reads: the patches of the image, and the words.
    const patches = (manifest.image_size / 16) ** 2 + 1;
    const words = task === 'question_answering' ? tokenizer.encodePrompt(text).length + 2 : 1;
    return { id: work.id, chat: { ...chat, model: manifest.model }, textTokens: patches + words };
  }

  /** A named model says what it does; else a text is a question where a model that answers is served. */
  async function taskFor(model: ReadChat['model'], text: string): Promise<Task> {
    if (model === anyModel) {
      return text !== '' && (await models.newest('question_answering')) ? 'question_answering' : 'captioning';
    }
    const found = (await models.list()).find(({ manifest }) => manifest.model === model)?.manifest.task;
    if (found !== 'question_answering') return 'captioning';
    if (text === '') throw new BlipqError('invalid_params', 'This model answers questions: send one as text.');
    return found;
  }
}

/** @throws BlipqError that says how it ended otherwise */
function succeeded(work: WorkResource): WorkResource {
  if (work.state === 'succeeded') return work;
  if (work.error) throw new BlipqError(work.error.code, work.error.detail);
  throw new BlipqError('timeout', `The request ended as ${work.state}.`);
}
