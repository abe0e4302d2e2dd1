import { z } from 'zod';
import { questionsMax } from './answer.js';
import {
  type CaptionOptions,
  type CaptionRequest,
  captionFields,
  captionJson,
  captionOptions,
  type ImageInput,
  imageInput,
} from './caption-request.js';
import { textsMax } from './match.js';
import { requestedAnswerParams, requestedParams } from './params.js';
import type { Task } from './task.js';

/** Longest question or text in characters: a few hundred tokens. The model's own limit is checked later. */
const textCharsMax = 2048;

const askedText = z
  .string()
  .max(textCharsMax)
  .refine((text) => text.trim() !== '', 'is empty')
  .refine((text) => !text.includes('\uFFFD'), 'is not valid UTF-8');

const { prompt: _, match: __, params: ___, ...commonOptions } = captionOptions.shape;
const question = askedText.meta({ description: 'A question about the image.', examples: ['how many dogs are there?'] });
const questions = z
  .array(askedText)
  .min(1)
  .max(questionsMax)
  .meta({ description: 'Several questions about one image.' });
const texts = z
  .array(askedText)
  .min(1)
  .max(textsMax)
  .meta({ description: 'Texts to compare the image with.', examples: [['a dog', 'a cat']] });

/** Exactly one of the two, wherever they come from. */
function askSomething({ value, issues }: z.core.ParsePayload<{ question?: unknown; questions?: unknown }>): void {
  const [one, many] = [value.question !== undefined, value.questions !== undefined];
  if (one !== many) return;
  const message = one ? 'cannot come with questions; send one of them' : 'is required, or questions';
  issues.push({ code: 'custom', path: ['question'], message, input: value });
}

/** `POST /v1/answers` as JSON. */
export const answerJson = z
  .strictObject({
    question: question.optional(),
    questions: questions.optional(),
    params: requestedAnswerParams.optional(),
    ...commonOptions,
    image: imageInput,
  })
  .check(askSomething);

/** As form fields and in a query `question` may be repeated. */
const answerAsks = z.object({ question: questions.optional(), questions: questions.optional(), ...commonOptions });

/** The same with the parameters, which stand beside them there. */
export const answerFields = z.strictObject({ ...answerAsks.shape, ...requestedAnswerParams.shape }).check(askSomething);

/** `POST /v1/matches` as JSON. */
export const matchJson = z.strictObject({ texts, ...commonOptions, image: imageInput });

/** `texts` may be repeated. */
export const matchFields = z.strictObject({ texts, ...commonOptions });

/** What a caller asks about an image, however it was sent. */
export interface AsksOf {
  captioning: CaptionOptions;
  question_answering: Omit<z.infer<typeof answerJson>, 'image' | 'question'> & { question?: string | string[] };
  image_text_retrieval: z.infer<typeof matchFields>;
}
export type RequestOf<T extends Task> = AsksOf[T] & Pick<CaptionRequest, 'image'>;
export type WorkRequest = RequestOf<Task>;

interface RequestSchema<Asks> {
  json: z.ZodType<Asks & { image: ImageInput }>;
  /** The text fields of a form, or the query of a raw image. */
  fields: z.ZodType<Asks>;
  fieldNames: readonly string[];
  /** Those of the fields that may be repeated. */
  lists: readonly string[];
}

/** In a form the parameters stand beside the other fields. These two kinds of schema pick the ones or the others. */
const formParams = z.object(requestedParams.shape);
const answerFormParams = z.object(requestedAnswerParams.shape);
const captionAsks = z.object(captionOptions.omit({ params: true }).shape);

/** How the requests of each task are parsed. */
export const requestSchemas: { [T in Task]: RequestSchema<AsksOf[T]> } = {
  captioning: {
    json: captionJson,
    fields: captionFields.transform((all) => ({ ...captionAsks.parse(all), params: formParams.parse(all) })),
    fieldNames: Object.keys(captionFields.shape),
    lists: ['bad_words'],
  },
  question_answering: {
    json: answerJson,
    fields: answerFields.transform((all) => ({ ...answerAsks.parse(all), params: answerFormParams.parse(all) })),
    fieldNames: Object.keys(answerFields.shape),
    lists: ['question', 'questions', 'bad_words'],
  },
  image_text_retrieval: {
    json: matchJson,
    fields: matchFields,
    fieldNames: Object.keys(matchFields.shape),
    lists: ['texts'],
  },
};

/** The task of a request, by the fields that ask: a caption, unless there are questions or texts. */
export function taskOf(request: unknown): Task {
  if (typeof request !== 'object' || request === null) return 'captioning';
  if ('question' in request || 'questions' in request) return 'question_answering';
  return 'texts' in request ? 'image_text_retrieval' : 'captioning';
}
