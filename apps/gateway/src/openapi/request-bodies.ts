import { answerFields, batchItemsMax, captionFields, matchFields } from '@blipq/contracts';
import type { z } from 'zod';
import { inline, refTo } from './schema-components.js';
import { tinyPng } from './tiny-png.js';

/** `format` is what generators of clients look for, `contentMediaType` what OpenAPI 3.1 says. */
const fileSchema = { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' };
const promptExample = { prompt: 'a picture of', params: { max_new_tokens: 20 } };
const formExamples = {
  caption: { prompt: 'a picture of', max_new_tokens: 20 },
  answer: { question: ['what is it?'] },
  match: { texts: ['a dog', 'a cat'] },
};
const dataUri = { url: `data:image/png;base64,${tinyPng}` };

/** @param example works as it stands, beside a file */
function form(image: string, schema: object, fields: z.ZodType, example: object) {
  const { properties: texts, required = [] } = inline(fields) as { properties: object; required?: string[] };
  const properties = { [image]: schema, ...texts };
  const whole = { type: 'object', properties, required: [image, ...required], additionalProperties: false };
  return { schema: whole, example: { image: 'photo.jpg', ...example } };
}

/** Request bodies by the resource that they create. The examples work as they are. Swagger UI offers the first. */
export const requestBodies = {
  caption: {
    'application/json': { schema: refTo('CaptionRequest'), example: { image: dataUri, ...promptExample } },
    'multipart/form-data': form('image', fileSchema, captionFields, formExamples.caption),
    'image/*': { schema: fileSchema },
  },
  answer: {
    'application/json': {
      schema: refTo('AnswerRequest'),
      example: { image: dataUri, questions: ['what is it?', 'what color is it?'] },
    },
    'multipart/form-data': form('image', fileSchema, answerFields, formExamples.answer),
    'image/*': { schema: fileSchema },
  },
  match: {
    'application/json': { schema: refTo('MatchRequest'), example: { image: dataUri, texts: ['a dog', 'a cat'] } },
    'multipart/form-data': form('image', fileSchema, matchFields, formExamples.match),
    'image/*': { schema: fileSchema },
  },
  webhookTest: {
    'application/json': { schema: refTo('WebhookTestRequest'), example: { url: 'https://example.com/hooks/blipq' } },
  },
  eventToken: {
    'application/json': { schema: refTo('EventTokenRequest'), example: { ttl_s: 300 } },
  },
  batch: {
    'application/json': {
      schema: refTo('BatchRequest'),
      example: {
        items: [
          { image: dataUri, ...promptExample },
          { image: dataUri, question: 'what is it?' },
          { image: dataUri, texts: ['a dog', 'a cat'] },
        ],
        metadata: { album: 'summer' },
      },
    },
    'application/x-ndjson': {
      schema: refTo('BatchLine'),
      example: { key: 'photo 1', image: dataUri, ...promptExample },
    },
    'multipart/form-data': {
      schema: {
        anyOf: [captionFields, answerFields, matchFields].map(
          (fields) => form('images', { type: 'array', items: fileSchema, maxItems: batchItemsMax }, fields, {}).schema,
        ),
      },
      example: { images: ['photo.jpg'], ...formExamples.caption },
    },
  },
} satisfies Record<string, object>;
