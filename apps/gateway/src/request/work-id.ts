import { resourceSchemas, type Task } from '@blipq/contracts';
import type { Request } from 'express';
import { workNotFound } from '../answer/work-not-found.js';

/** The id in the path. @throws BlipqError `not_found` for one that is no id of this task's work */
export function workIdOf(task: Task, req: Request): string {
  const id = resourceSchemas[task].shape.id.safeParse(req.params.id);
  if (!id.success) throw workNotFound(task);
  return id.data;
}
