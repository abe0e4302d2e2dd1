import { type ProblemCode, problems } from '@blipq/contracts';
import { chatPath } from './chat-path.js';
import type { DocumentedAnswer, HeaderName, Operation } from './operation.js';
import { operations } from './operations.js';
import { parameters } from './parameters.js';
import { rawImageParameters, rawImageParametersOf } from './raw-image-parameters.js';
import { requestBodies } from './request-bodies.js';
import { refTo, schemaComponents } from './schema-components.js';
import { webhookOperations } from './webhook-operations.js';

/** What every operation may answer. */
const everywhere: ProblemCode[] = ['rate_limited', 'internal_error', 'queue_unavailable', 'shutting_down'];
/** `forbidden` without keys: a page of a stranger's, or a name that is not the server's. */
const refusals = { withKeys: ['unauthorized', 'forbidden'], withoutKeys: ['forbidden'] } as const satisfies Record<
  string,
  ProblemCode[]
>;

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
  webhooks: Record<string, object>;
  components: object;
  [other: string]: unknown;
}

const tagDescriptions = {
  Captions: 'Captions of images.',
  Answers: 'Answers to questions about an image.',
  Matches: 'How well texts fit an image.',
  Batches: 'Many images at once.',
  Webhooks: 'What became of the webhooks that were sent.',
  Models: 'The models that are served.',
  Chat: 'As OpenAI’s vision clients ask.',
};

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
      description:
        'Images become captions, answers and matches in a durable queue; ask for the result, wait for it, watch it, or have it posted to you. Errors are problem documents with a stable code.',
      contact: { name: 'BlipQ' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '.' }],
    tags: ['Captions', 'Answers', 'Matches', 'Batches', 'Webhooks', 'Models', 'Chat'].map((name) => ({
      name,
      description: tagDescriptions[name as keyof typeof tagDescriptions],
    })),
    paths: { ...paths, ...chatPath },
    webhooks: webhookOperations(),
    components: {
      schemas: schemaComponents(),
      parameters: { ...parameters, ...rawImageParameters },
      headers,
      ...(keysRequired && { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }),
    },
    security: keysRequired ? [{ key: [] }] : [],
  };
}

function operationObject(operation: Operation, keysRequired: boolean): object {
  const { operationId, tag, summary, description, body, answers } = operation;
  const codes = [...refusals[keysRequired ? 'withKeys' : 'withoutKeys'], ...everywhere, ...(operation.problems ?? [])];
  const described = Object.entries(answers).map(([status, answer]) => [status, answerObject(answer)]);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    parameters: [...(operation.parameters ?? []), ...rawImageParametersOf(body)].map((name) => ({
      $ref: `#/components/parameters/${name}`,
    })),
    ...(body && { requestBody: { required: true, content: requestBodies[body] } }),
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
