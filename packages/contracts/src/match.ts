import { z } from 'zod';
import { fit } from './caption.js';
import { matchId } from './id.js';
import { resourceSchema } from './resource-schema.js';

/** Most texts that are matched with one image in one request. */
export const textsMax = 64;

/** What matches are made from, beside the image. */
export const matchInput = z.object({ texts: z.array(z.string()) });
export type MatchInput = z.infer<typeof matchInput>;

export const matchResult = z.object({ text: z.string(), ...fit.shape });
export type MatchResult = z.infer<typeof matchResult>;

/** What `GET /v1/matches/{id}` answers: one image, its texts and, in their order, how well each fits. */
export const matchResource = resourceSchema(matchId, 'match', matchInput.shape, {
  matches: z.array(matchResult).nullable(),
});
export type MatchResource = z.infer<typeof matchResource>;

/** What `GET /v1/matches` answers: newest first. */
export const matchPage = z.object({
  object: z.literal('list'),
  data: z.array(matchResource),
  next_cursor: z.string().nullable(),
});
