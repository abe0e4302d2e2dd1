import { z } from 'zod';
import { type AnswerInput, type AnswerResource, answerInput, answerResource, answerResult } from './answer.js';
import {
  type CaptionInput,
  type CaptionResource,
  captionInput,
  captionMatch,
  captionResource,
  captionResult,
} from './caption.js';
import { type MatchInput, type MatchResource, matchInput, matchResource, matchResult } from './match.js';
import type { BlipqError } from './problem.js';
import { inferenceTimings, workError } from './resource-schema.js';
import type { Task } from './task.js';
import { workState } from './work-state.js';

/** What captions, answers and matches have in common: a life, from being queued to one outcome. */
export type WorkResource = CaptionResource | AnswerResource | MatchResource;

/** What is asked of a model beside the image. */
export interface InputOf {
  captioning: CaptionInput;
  question_answering: AnswerInput;
  image_text_retrieval: MatchInput;
}
export type WorkInput = InputOf[Task];

export const workInputs: { readonly [T in Task]: z.ZodType<InputOf[T]> } = {
  captioning: captionInput,
  question_answering: answerInput,
  image_text_retrieval: matchInput,
};

export const resourceSchemas = {
  captioning: captionResource,
  question_answering: answerResource,
  image_text_retrieval: matchResource,
} as const satisfies Record<Task, z.ZodType>;

/** A server-sent event: `id:` is the resource's version, `event:` the type, `data:` the resource as JSON. */
export const captionEvent = z.object({
  id: z.int().positive(),
  event: z.templateLiteral(['caption.', workState]),
  data: captionResource,
});
export type CaptionEvent = z.infer<typeof captionEvent>;

export interface WorkEvent<Resource extends WorkResource = CaptionResource> {
  id: number;
  event: `${Resource['object']}.${Resource['state']}`;
  data: Resource;
}

export function eventOf<Resource extends WorkResource>(data: Resource): WorkEvent<Resource> {
  return { id: data.version, event: `${data.object}.${data.state}`, data };
}

/** What a model makes of an image. */
export const workResults = {
  captioning: z.object({
    caption: captionResult,
    captions: z.array(captionResult).optional(),
    match: captionMatch.optional(),
  }),
  question_answering: z.object({ answers: z.array(answerResult) }),
  image_text_retrieval: z.object({ matches: z.array(matchResult) }),
} as const satisfies Record<Task, z.ZodType>;
export type ResultOf<T extends Task> = z.input<(typeof workResults)[T]>;

const succeeded = { state: z.literal('succeeded'), inference: inferenceTimings };

/** How work ends. A worker reports all but the last. */
export const workOutcome = z.union([
  z.object({ ...succeeded, ...workResults.captioning.shape }),
  z.object({ ...succeeded, ...workResults.question_answering.shape }),
  z.object({ ...succeeded, ...workResults.image_text_retrieval.shape }),
  z.object({ state: z.literal('failed'), error: workError }),
  z.object({ state: z.literal('canceled') }),
  z.object({ state: z.literal('expired') }),
]);
export type WorkOutcome = z.input<typeof workOutcome>;

/** BullMQ job data. Everything else is in the record, so that there is one truth. */
export const workJob = z.object({ id: z.string() });
export type WorkJob = z.infer<typeof workJob>;

/** The outcome of work that failed with this error. */
export function failedWith(error: BlipqError): WorkOutcome {
  return { state: 'failed', error: { code: error.code, detail: error.detail, retryable: error.retryable } };
}
