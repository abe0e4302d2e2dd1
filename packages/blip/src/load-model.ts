import { AnswerModel } from './answer-model.js';
import { CaptionModel } from './caption-model.js';
import { embedsBytesMax } from './image-encoder.js';
import { MatchModel } from './match-model.js';
import { readModelFacts } from './model-facts.js';
import type { SessionOptions } from './session.js';
import { unusableGraphs } from './unusable-graphs.js';

/** A model of any of BLIP's tasks; its class tells which. */
export type BlipModel = CaptionModel | AnswerModel | MatchModel;

/**
 * Loads a folder that `prepareModel` made, as the model of its task, which remembers the images seen last. Blocks the
 * thread.
 *
 * @throws ModelError `graphs_unusable`
 */
export async function loadModel(folder: string, options: SessionOptions): Promise<BlipModel> {
  try {
    const { task } = await readModelFacts(folder);
    if (task === 'question_answering') return await AnswerModel.load(folder, options);
    if (task === 'image_text_retrieval') return await MatchModel.load(folder, options);
    return await CaptionModel.load(folder, options, embedsBytesMax);
  } catch (error) {
    throw unusableGraphs(folder, error);
  }
}
