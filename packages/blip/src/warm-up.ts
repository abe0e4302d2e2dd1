import { AnswerModel } from './answer-model.js';
import type { BlipModel } from './load-model.js';
import { MatchModel } from './match-model.js';

/** Two tokens: the second is the first that attends to a past. */
const params = { maxNewTokens: 2, minNewTokens: 2 };

/**
 * Runs each graph of a model once, on a black image, so that the first request finds its weights in memory and its
 * buffers allocated. The beam decoder, which is opened for the first request that asks for beams, is left out.
 *
 * @throws OutOfMemoryError where memory does not suffice for one image
 */
export async function warmUp(model: BlipModel): Promise<void> {
  const pixels = new Uint8Array(model.facts.imageSize ** 2 * 3);
  if (model instanceof AnswerModel) await model.answer([{ pixels, questions: ['what is this?'], params }]);
  else if (model instanceof MatchModel) await model.match([{ pixels, texts: ['a picture'] }]);
  else await model.caption([{ pixels, prompt: null, params }]);
}
