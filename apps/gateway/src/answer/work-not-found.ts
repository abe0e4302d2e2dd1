import { BlipqError, type Task, taskNames } from '@blipq/contracts';

/** No caption, answer or match of this tenant has the id. */
export function workNotFound(task: Task): BlipqError {
  return new BlipqError('not_found', `There is no ${taskNames[task].object} with this id.`);
}
