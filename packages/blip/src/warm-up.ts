import { AnswerModel } from './answer-model.js';
import type { BlipModel } from './load-model.js';
import { MatchModel } from './match-model.js';

/** The second is the first that attends to a past. */
const tokens = 2;

/**
 * Runs each graph of a model once, on a black image, so that the first request finds its weights in memory and its
 * buffers allocated. The beam decoder, which is opened for the first request that asks for beams, is left out.
 *
 * @throws OutOfMemoryError where memory does not suffice for one image
 */
export async function warmUp(model: BlipModel): Promise<void> {
  await runOnce(model, new Uint8Array(model.facts.imageSize ** 2 * 3), tokens);
}

/** Has a model do what it is for: caption an image, or answer a question about it, in so many tokens; or match a text. */
export async function runOnce(
  model: BlipModel,
  pixels: Uint8Array,
  newTokens: number,
): Promise<{ encodeMs: number; decodeMs: number }> {
  const params = { maxNewTokens: newTokens, minNewTokens: newTokens };
  if (model instanceof MatchModel) return await model.match([{ pixels, texts: ['a picture of a cat'] }]);
  if (model instanceof AnswerModel)
    return await model.answer([{ pixels, questions: ['what is in the picture?'], params }]);
  return await model.caption([{ pixels, prompt: null, params }]);
}
