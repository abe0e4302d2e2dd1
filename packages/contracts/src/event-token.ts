import { z } from 'zod';
import { answerId, batchId, captionId, matchId } from './id.js';

const subject = z.union([captionId, answerId, matchId, batchId], {
  error: 'must look like cap_<ULID>, ans_<ULID>, mat_<ULID> or bat_<ULID>',
});

/** What `POST /v1/events/token` takes. */
export const eventTokenJson = z.strictObject({
  subject: subject
    .optional()
    .meta({ description: 'The only one whose events may be watched. Default: all of the key.' }),
  ttl_s: z.int().min(10).max(900).optional().meta({ description: 'The token’s lifetime in seconds. Default: 300.' }),
});

/** What it answers. */
export const eventTokenResource = z.object({
  object: z.literal('event_token'),
  /** Goes as `token` into the query of a request for events. */
  token: z.string(),
  subject: subject.nullable(),
  ttl_s: z.int(),
});
export type EventTokenResource = z.infer<typeof eventTokenResource>;
