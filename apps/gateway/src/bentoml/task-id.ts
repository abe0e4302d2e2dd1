import { type CaptionId, captionId } from '@blipq/contracts';
import { ulidToUUID, uuidToULID } from 'ulid';

/** BentoML's form of a caption's id: the 128 bits of its ULID as 32 hex digits. */
export function taskIdOf(id: CaptionId): string {
  return ulidToUUID(id.slice('cap_'.length)).replaceAll('-', '').toLowerCase();
}

/** The caption behind a task id; undefined for a text that is no task id and so names no caption. */
export function captionIdOf(taskId: string): CaptionId | undefined {
  const groups = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(taskId)?.slice(1);
  return groups && captionId.parse(`cap_${uuidToULID(groups.join('-'))}`);
}
