import { z } from 'zod';
import { captionResult } from './caption.js';
import { answerId } from './id.js';
import { captionParams } from './params.js';
import { resourceSchema } from './resource-schema.js';

/** Most questions about one image in one request. */
export const questionsMax = 16;

/** What answers are made from, beside the image. */
export const answerInput = z.object({ questions: z.array(z.string()), params: captionParams });
export type AnswerInput = z.infer<typeof answerInput>;

/** The answer to one question, with its tokens as a caption has them. */
export const answerResult = z.object({ question: z.string(), ...captionResult.omit({ alt: true }).shape });
export type AnswerResult = z.infer<typeof answerResult>;

/** What `GET /v1/answers/{id}` answers: one image, its questions and, in their order, the answers. */
export const answerResource = resourceSchema(answerId, 'answer', answerInput.shape, {
  answers: z.array(answerResult).nullable(),
});
export type AnswerResource = z.infer<typeof answerResource>;

/** What `GET /v1/answers` answers: newest first. */
export const answerPage = z.object({
  object: z.literal('list'),
  data: z.array(answerResource),
  next_cursor: z.string().nullable(),
});
