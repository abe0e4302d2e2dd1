import { z } from 'zod';

/** What a model does: caption images, answer questions about them, or say how well texts fit them. */
export const task = z.enum(['captioning', 'question_answering', 'image_text_retrieval']);
export type Task = z.infer<typeof task>;

/** What the work of a task is called: the resource's `object`, its collection under `/v1`, the prefix of its ids. */
export const taskNames = {
  captioning: { object: 'caption', collection: 'captions', idPrefix: 'cap' },
  question_answering: { object: 'answer', collection: 'answers', idPrefix: 'ans' },
  image_text_retrieval: { object: 'match', collection: 'matches', idPrefix: 'mat' },
} as const satisfies Record<Task, { object: string; collection: string; idPrefix: string }>;

/** The task that an id belongs to, by its prefix. @throws TypeError for an id of something else */
export function taskOfId(id: string): Task {
  const found = task.options.find((one) => id.startsWith(`${taskNames[one].idPrefix}_`));
  if (found === undefined) throw new TypeError(`${id} is not the id of a caption, an answer or a match`);
  return found;
}
