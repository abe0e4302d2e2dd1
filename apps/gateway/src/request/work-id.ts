import { resourceSchemas, type Task, taskNames } from '@blipq/contracts';
import type { Request } from 'express';
import { uuidToULID } from 'ulid';
import { workNotFound } from '../answer/work-not-found.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id that a name stands for: work of a task may be named by a UUID, a batch has no task. */
export function idNamed(name: string, task: Task | undefined): string {
  return task !== undefined && uuid.test(name) ? `${taskNames[task].idPrefix}_${uuidToULID(name)}` : name;
}

/**
 * The id in the path. A UUID stands for the id with the same 128 bits: clients that choose ids have UUIDs at hand.
 *
 * @throws BlipqError `not_found` for one that is no id of this task's work
 */
export function workIdOf(task: Task, req: Request): string {
  const id = resourceSchemas[task].shape.id.safeParse(idNamed(String(req.params.id), task));
  if (!id.success) throw workNotFound(task);
  return id.data;
}
