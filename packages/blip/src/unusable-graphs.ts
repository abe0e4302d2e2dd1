import { ModelError } from './model-error.js';
import { OutOfMemoryError } from './session.js';

/** What went wrong with graphs that are there, as a sentence for the operator. */
export function unusableGraphs(folder: string, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const [reason] = (error as Error).message.split('\n', 1);
  const advice =
    error instanceof OutOfMemoryError
      ? 'they take more memory'
      : 'if they are damaged, delete that folder, and the next start builds them again';
  return new ModelError('graphs_unusable', `the graphs in ${folder} cannot be loaded: ${reason}; ${advice}`, {
    cause: error,
  });
}
