import { createRequire } from 'node:module';
import { type ProblemCode, problems } from '@blipq/contracts';
import { chatPath } from './chat-path.js';
import { headerRefs, headers } from './headers.js';
import type { DocumentedAnswer, Operation } from './operation.js';
import { operations } from './operations.js';
import { parameters } from './parameters.js';
import { rawImageParameters, rawImageParametersOf } from './raw-image-parameters.js';
import { requestBodies } from './request-bodies.js';
import { refTo, schemaComponents } from './schema-components.js';
import { webhookOperations } from './webhook-operations.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const securitySchemes = {
  key: { type: 'http', scheme: 'bearer' },
  eventToken: { type: 'apiKey', in: 'query', name: 'token', description: 'Of POST /v1/events/token.' },
};

/** What every operation may answer. */
const everywhere: ProblemCode[] = ['rate_limited', 'internal_error', 'queue_unavailable', 'shutting_down'];
/** `forbidden` without keys: a page of a stranger's, or a name that is not the server's. */
const refusals = { withKeys: ['unauthorized', 'forbidden'], withoutKeys: ['forbidden'] } as const satisfies Record<
  string,
  ProblemCode[]
>;

export interface OpenApiDocument {
  openapi: '3.1.0';
  /** By path, then by method. */
  paths: Record<string, Record<string, object>>;
  webhooks: Record<string, object>;
  components: object;
  [other: string]: unknown;
}

const tags = [
  { name: 'Captions', description: 'Captions of images.' },
  { name: 'Answers', description: 'Answers to questions about an image.' },
  { name: 'Matches', description: 'How well texts fit an image.' },
  { name: 'Batches', description: 'Many images at once.' },
  { name: 'Webhooks', description: 'Deliveries of webhooks and their attempts.' },
  { name: 'Events', description: 'Tokens for watching events.' },
  { name: 'Models', description: 'The models that are served.' },
  { name: 'Chat', description: 'As OpenAI’s vision clients ask.' },
];

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
      version,
      summary: 'Queue-backed image captioning, question answering and image-text matching with BLIP.',
      description:
        'Images become captions, answers and matches in a durable queue; ask for the result, wait for it, watch it, or have it posted to you. Errors are problem documents with a stable code.',
      contact: { name: 'BlipQ' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '.' }],
    tags,
    paths: { ...paths, ...chatPath },
    webhooks: webhookOperations(),
    components: {
      schemas: schemaComponents(),
      parameters: { ...parameters, ...rawImageParameters },
      headers,
      ...(keysRequired && { securitySchemes }),
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
    ...(keysRequired && operation.path.endsWith('/events') && { security: [{ key: [] }, { eventToken: [] }] }),
    parameters: [...(operation.parameters ?? []), ...rawImageParametersOf(body)].map((name) => ({
      $ref: `#/components/parameters/${name}`,
    })),
    ...(body && { requestBody: { required: true, content: requestBodies[body] } }),
    responses: { ...Object.fromEntries(described), ...problemAnswers(codes) },
  };
}

function answerObject({ description, body, headers: names = [] }: DocumentedAnswer): object {
  const { media, schema } = contentOf(body);
  return {
    description,
    headers: headerRefs([...names, 'RateLimit', 'RateLimit-Policy']),
    ...(schema && { content: { [media]: { schema } } }),
  };
}

function contentOf(body: DocumentedAnswer['body']): { media: string; schema?: object } {
  if (typeof body === 'object') return { media: body.media, schema: refTo(body.of) };
  if (body === 'text/event-stream') return { media: body, schema: { type: 'string' } };
  return { media: 'application/json', ...(body && { schema: refTo(body) }) };
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
