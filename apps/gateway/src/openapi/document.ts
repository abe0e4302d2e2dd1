import { answerFields, captionFields, matchFields, type ProblemCode, problems } from '@blipq/contracts';
import type { z } from 'zod';
import type { DocumentedAnswer, HeaderName, Operation } from './operation.js';
import { operations } from './operations.js';
import { parameters } from './parameters.js';
import { inline, refTo, schemaComponents } from './schema-components.js';
import { tinyPng } from './tiny-png.js';

/** What every operation may answer. */
const everywhere: ProblemCode[] = ['rate_limited', 'internal_error', 'queue_unavailable', 'shutting_down'];
const withKeys: ProblemCode[] = ['unauthorized', 'forbidden'];

const headers: Record<HeaderName, object> = {
  ETag: { description: 'Changes whenever the resource does.', schema: { type: 'string' } },
  Location: { description: 'Where the new resource is.', schema: { type: 'string' } },
  'Preference-Applied': {
    description: 'The wait that was granted.',
    schema: { type: 'string', pattern: '^wait=\\d+$' },
  },
  'Idempotency-Replayed': { description: '`true` when this request created nothing.', schema: { const: 'true' } },
  RateLimit: { description: 'Requests left and seconds until the window ends.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'Requests and seconds of a window.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'string', pattern: '^\\d+$' } },
};

export interface OpenApiDocument {
  openapi: '3.1.0';
  /** By path, then by method. */
  paths: Record<string, Record<string, object>>;
  components: object;
  [other: string]: unknown;
}

/** The OpenAPI 3.1 document of `/v1`, made from the schemas that validate its requests. */
export function openApiDocument({ keysRequired }: { keysRequired: boolean }): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation, keysRequired) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'BlipQ',
      version: '1',
      summary: 'Queue-backed image captioning, question answering and image-text matching with BLIP.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '.' }],
    tags: ['Captions', 'Answers', 'Matches', 'Batches', 'Webhooks', 'Models'].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemaComponents(),
      parameters,
      headers,
      ...(keysRequired && { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }),
    },
    ...(keysRequired && { security: [{ key: [] }] }),
  };
}

function operationObject(operation: Operation, keysRequired: boolean): object {
  const { operationId, tag, summary, description, body, answers } = operation;
  const codes = [...(keysRequired ? withKeys : []), ...everywhere, ...(operation.problems ?? [])];
  const described = Object.entries(answers).map(([status, answer]) => [status, answerObject(answer)]);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    parameters: (operation.parameters ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ...(body && { requestBody: { required: true, content: bodies[body] } }),
    responses: { ...Object.fromEntries(described), ...problemAnswers(codes) },
  };
}

function answerObject({ description, body, headers: names = [] }: DocumentedAnswer): object {
  const media = body === 'text/event-stream' ? body : 'application/json';
  const schema = body === 'text/event-stream' ? { type: 'string' } : body && refTo(body);
  return {
    description,
    headers: headerRefs([...names, 'RateLimit', 'RateLimit-Policy']),
    ...(schema && { content: { [media]: { schema } } }),
  };
}

/** One answer for each status, with its codes and their titles. */
function problemAnswers(codes: ProblemCode[]): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      {
        description: those.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
        headers: headerRefs(['RateLimit', 'RateLimit-Policy', 'Retry-After']),
        content: {
          'application/problem+json': {
            schema: { allOf: [refTo('Problem'), { properties: { status: { const: status }, code: { enum: those } } }] },
          },
        },
      },
    ]),
  );
}

function headerRefs(names: HeaderName[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const fileSchema = { type: 'string', contentMediaType: 'application/octet-stream' };
const promptExample = { prompt: 'a picture of', params: { max_new_tokens: 20 } };
const dataUri = { url: `data:image/png;base64,${tinyPng}` };

function form(image: string, schema: object, fields: z.ZodType = captionFields) {
  const { properties: texts, required = [] } = inline(fields) as { properties: object; required?: string[] };
  const properties = { [image]: schema, ...texts };
  return { schema: { type: 'object', properties, required: [image, ...required], additionalProperties: false } };
}

/** Request bodies by the resource that they create. The examples work as they are. Swagger UI offers the first. */
const bodies = {
  caption: {
    'application/json': { schema: refTo('CaptionRequest'), example: { image: dataUri, ...promptExample } },
    'multipart/form-data': form('image', fileSchema),
    'image/*': { schema: fileSchema },
  },
  answer: {
    'application/json': {
      schema: refTo('AnswerRequest'),
      example: { image: dataUri, questions: ['what is it?', 'what color is it?'] },
    },
    'multipart/form-data': form('image', fileSchema, answerFields),
    'image/*': { schema: fileSchema },
  },
  match: {
    'application/json': { schema: refTo('MatchRequest'), example: { image: dataUri, texts: ['a dog', 'a cat'] } },
    'multipart/form-data': form('image', fileSchema, matchFields),
    'image/*': { schema: fileSchema },
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
    'multipart/form-data': {
      schema: {
        anyOf: [captionFields, answerFields, matchFields].map(
          (fields) => form('images', { type: 'array', items: fileSchema, maxItems: 100 }, fields).schema,
        ),
      },
    },
  },
} satisfies Record<string, object>;
