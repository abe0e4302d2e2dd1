import { ModelError } from '../model-error.js';

/** What a BLIP model was trained to do, which decides what modules it has. */
export type BlipTask = 'captioning' | 'question_answering' | 'image_text_retrieval';

const tasks = new Map<string, BlipTask>([
  ['BlipForConditionalGeneration', 'captioning'],
  ['BlipForQuestionAnswering', 'question_answering'],
  ['BlipForImageTextRetrieval', 'image_text_retrieval'],
]);

/** The task whose modules a checkpoint has. Pretraining keeps those of every task; captions are what it is used for. */
export function taskOfModules(tensorNames: Iterable<string>): BlipTask | undefined {
  const modules = new Set(Array.from(tensorNames, (name) => name.split('.', 1)[0]));
  if (modules.has('itm_head')) return modules.has('text_decoder') ? 'captioning' : 'image_text_retrieval';
  if (modules.has('text_decoder')) return modules.has('text_encoder') ? 'question_answering' : 'captioning';
  return undefined;
}

/**
 * The task that `architectures` in the config.json at `path` names or, where it is absent, the one whose modules the
 * checkpoint has.
 */
export function blipTask(
  path: string,
  architectures: readonly string[] | undefined,
  tensorNames: Iterable<string>,
): BlipTask {
  if (architectures?.length) {
    const task = architectures.map((name) => tasks.get(name)).find((task) => task !== undefined);
    if (task) return task;
    throw new ModelError(
      'config_invalid',
      `${path} names the architecture ${architectures.join(', ')}; supported are ${[...tasks.keys()].join(', ')}`,
    );
  }
  const task = taskOfModules(tensorNames);
  if (task) return task;
  throw new ModelError(
    'config_invalid',
    `${path} names no architecture and the weights have neither a text_decoder nor an itm_head; is this a BLIP model?`,
  );
}
