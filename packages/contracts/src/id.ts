import { ulid } from 'ulid';
import { z } from 'zod';
import { type Task, taskNames } from './task.js';

/** Random bytes for a hundred ids: asking for each character's alone takes longer than all else about an id. */
const randomBytes = new Uint8Array(1600);
let unused = 0;

function random(): number {
  if (unused === 0) {
    globalThis.crypto.getRandomValues(randomBytes);
    unused = randomBytes.length;
  }
  unused -= 1;
  return randomBytes[unused]! / 256;
}

const newUlid = () => ulid(undefined, random);

const ulidText = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

/** `cap_<ulid>`: sorts by creation time. BullMQ takes it as a job id as it is (no colon, not all digits). */
export const captionId = z.string().regex(new RegExp(`^cap_${ulidText}$`), 'must look like cap_<ULID>');
export type CaptionId = z.infer<typeof captionId>;

export function newCaptionId(): CaptionId {
  return `cap_${newUlid()}`;
}

/** `ans_<ulid>`. */
export const answerId = z.string().regex(new RegExp(`^ans_${ulidText}$`), 'must look like ans_<ULID>');

/** `mat_<ulid>`. */
export const matchId = z.string().regex(new RegExp(`^mat_${ulidText}$`), 'must look like mat_<ULID>');

/** A new id for work of this task. */
export function newIdFor(task: Task): string {
  return `${taskNames[task].idPrefix}_${newUlid()}`;
}

/** `bat_<ulid>`. */
export const batchId = z.string().regex(new RegExp(`^bat_${ulidText}$`), 'must look like bat_<ULID>');
export type BatchId = z.infer<typeof batchId>;

export function newBatchId(): BatchId {
  return `bat_${newUlid()}`;
}

/** `msg_ping_<ulid>`: the `webhook-id` of a test. */
export const pingId = z.string().regex(new RegExp(`^msg_ping_${ulidText}$`), 'must look like msg_ping_<ULID>');

export function newPingId(): string {
  return `msg_ping_${newUlid()}`;
}

const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of an item of a batch: the batch's ULID, whose last four characters give way to the item's index. So a request
 * that is repeated after it broke off finds the ids of the first time.
 */
export function itemIdOf(task: Task, batch: BatchId, index: number): string {
  const digits = [15, 10, 5, 0].map((shift) => base32[(index >> shift) & 31]).join('');
  return `${taskNames[task].idPrefix}_${batch.slice(4, -4)}${digits}`;
}

/** Who owns a caption: the name of an API key, or `publicTenant` where there are none. */
export const tenantName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'is not a tenant name');

export const publicTenant = 'public';
