import { ulid } from 'ulid';
import { z } from 'zod';

/** `cap_<ulid>`: sorts by creation time. BullMQ takes it as a job id as it is (no colon, not all digits). */
export const captionId = z.string().regex(/^cap_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'a caption id looks like cap_<ULID>');
export type CaptionId = z.infer<typeof captionId>;

export function newCaptionId(): CaptionId {
  return `cap_${ulid()}`;
}
