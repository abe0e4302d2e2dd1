import type { CaptionResource, WorkState } from '@blipq/contracts';
import { taskIdOf } from './task-id.js';

type Words = Record<WorkState, string>;

/** BentoML has no word for a caption that expired before a worker started it: to its clients it failed. */
const words: Words = {
  queued: 'pending',
  processing: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'failed',
};

/** Before 1.4.14. Those clients raise ValueError on any other word. */
const earlierWords: Words = {
  queued: 'in_progress',
  processing: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  canceled: 'cancelled',
  expired: 'failure',
};

/** A task's status in the words that the caller knows: those of its version if it is BentoML's client, else today's. */
export function taskStatus(state: WorkState, userAgent = ''): string {
  const version = /^BentoML HTTP Client\/(\d+)\.(\d+)\.(\d+)/.exec(userAgent)?.slice(1).map(Number);
  return (version !== undefined && isBefore(version, [1, 4, 14]) ? earlierWords : words)[state];
}

function isBefore(version: number[], other: number[]): boolean {
  const differs = version.findIndex((part, i) => part !== other[i]);
  return differs !== -1 && version[differs]! < other[differs]!;
}

/** What `/generate/status` answers. `executed_at` is null until a worker has started on it. */
export function taskResource({ id, state, created_at, started_at }: CaptionResource, userAgent?: string) {
  return {
    task_id: taskIdOf(id),
    status: taskStatus(state, userAgent),
    created_at: isoFormat(created_at),
    executed_at: started_at === null ? null : isoFormat(started_at),
  };
}

/** Python before 3.11 reads an offset but no `Z`. */
function isoFormat(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
