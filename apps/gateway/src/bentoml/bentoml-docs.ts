import { createRequire } from 'node:module';
import { bentomlService } from './bentoml-service.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const serviceTag = 'Service APIs';
const infrastructureTag = 'Infrastructure';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ 'application/json': { schema } });
const plainCaption = {
  description: 'The caption, as plain text.',
  content: { 'text/plain': { schema: { type: 'string' }, example: 'two penguins in the snow' } },
};
const errors = {
  400: { description: 'Something about the request is wrong.', content: json(ref('InvalidArgument')) },
  404: { description: 'There is no such task.', content: json(ref('NotFound')) },
  429: { description: 'Too many requests; Retry-After says when to come again.', content: json(ref('Error')) },
  500: { description: 'The caption could not be made.', content: json(ref('InternalServerError')) },
  503: { description: 'Nothing can be queued now; try again.', content: json(ref('Error')) },
};
const taskStatus = { description: 'The task and its status.', content: json(ref('TaskStatusResponse')) };

/** The form of `/generate`. In a browser, `img` is a file to choose; over the wire it may be an address as well. */
const form = {
  required: true,
  content: {
    'multipart/form-data': { schema: ref(`${bentomlService.api}__Input`) },
    'application/x-www-form-urlencoded': { schema: ref(`${bentomlService.api}__UrlInput`) },
  },
};

interface Api<Takes> {
  /** Of the operation id; the action's name, except that BentoML calls `get` a result. */
  name: string;
  description: string;
  /** What it answers when it went well. */
  answer: object;
  /** The rest of the operation: the form, or the task's id. */
  takes: Takes;
  errors?: object;
}

const taskId = {
  parameters: [{ name: 'task_id', in: 'query', required: true, schema: { type: 'string', title: 'Task ID' } }],
};

function operation<Takes>({ name, description, answer, takes, errors: more = {} }: Api<Takes>) {
  return {
    tags: [serviceTag],
    operationId: `${bentomlService.name}__${name}`,
    'x-bentoml-name': name,
    description,
    ...takes,
    responses: { 200: answer, ...errors, ...more },
  };
}

const timedOut = {
  504: { description: 'The caption took too long; its work was canceled.', content: json(ref('Error')) },
};

const servicePaths = {
  '/generate': {
    post: operation({
      name: bentomlService.api,
      description: 'Captions an image, conditioned on a text if one is given, and waits for the caption.',
      answer: plainCaption,
      takes: { requestBody: form },
      errors: timedOut,
    }),
  },
  '/generate/submit': {
    post: operation({
      name: `${bentomlService.api}_submit`,
      description: 'Submits an image to be captioned and answers at once with a task.',
      answer: taskStatus,
      takes: { requestBody: form },
    }),
  },
  '/generate/status': {
    get: operation({
      name: `${bentomlService.api}_status`,
      description: 'The state of a task.',
      answer: taskStatus,
      takes: taskId,
    }),
  },
  '/generate/get': {
    get: operation({
      name: `${bentomlService.api}_result`,
      description: 'The caption of a completed task, or the error of a failed one. 400 before that.',
      answer: plainCaption,
      takes: taskId,
    }),
  },
  '/generate/retry': {
    post: operation({
      name: `${bentomlService.api}_retry`,
      description: 'Submits the image of a task that has ended once more, as a new task.',
      answer: taskStatus,
      takes: taskId,
    }),
  },
  '/generate/cancel': {
    put: operation({
      name: `${bentomlService.api}_cancel`,
      description: 'Cancels a task. One that has ended already stays as it is.',
      answer: taskStatus,
      takes: taskId,
    }),
  },
};

const probe = (description: string, more = {}) => ({
  get: { tags: [infrastructureTag], description, responses: { 200: { description: 'Yes.' }, ...more } },
});
const infrastructurePaths = {
  '/healthz': probe('The same as /livez, which should be used instead.'),
  '/livez': probe('Is the process alive?'),
  '/readyz': probe('Could a caption be queued now?', { 503: { description: 'No; the body says why.' } }),
  '/metrics': {
    get: {
      tags: [infrastructureTag],
      description: 'Metrics for Prometheus.',
      responses: { 200: { description: 'All metrics.', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  },
};

/** Swagger UI fills a field in with its default, and one without with "string", which would be a prompt. */
const text = {
  type: 'string',
  nullable: true,
  default: '',
  title: 'Txt',
  description: 'Text that the caption begins with.',
};
const input = (img: object) => ({ title: 'Input', type: 'object', required: ['img'], properties: { img, txt: text } });
const anyError = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' }, detail: { type: 'array', items: { type: 'object' } } },
};
/** For a URL that may not be fetched, BentoML answers a list. */
const invalidArgument = { oneOf: [anyError, { type: 'array', items: anyError }] };

const schemas = {
  [`${bentomlService.api}__Input`]: input({ type: 'string', format: 'binary', title: 'Img' }),
  [`${bentomlService.api}__UrlInput`]: input({ type: 'string', format: 'uri', title: 'Img' }),
  TaskStatusResponse: {
    type: 'object',
    required: ['task_id', 'status'],
    properties: {
      task_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
      status: { type: 'string', enum: ['pending', 'in_progress', 'completed', 'failed', 'canceled'] },
      created_at: { type: 'string', format: 'date-time' },
      executed_at: { type: 'string', format: 'date-time', nullable: true },
    },
  },
  Error: anyError,
  InvalidArgument: invalidArgument,
  NotFound: anyError,
  InternalServerError: anyError,
};

/** `/docs.json`: BentoML's OpenAPI document of BentoBlip's service, which its Swagger UI at `/` shows. */
export const bentomlDocs = {
  openapi: '3.0.2',
  info: {
    title: 'BentoML Prediction Service',
    version,
    description: `${bentomlService.name}, as BentoBlip serves it. Our own API is described in openapi.json beside this file.`,
  },
  servers: [{ url: '.' }],
  tags: [
    { name: serviceTag, description: 'Captions, at once or as tasks.' },
    { name: infrastructureTag, description: 'Probes and metrics.' },
  ],
  // A key is asked for only where the operator has set up keys.
  security: [{}, { bearer: [] }],
  paths: { ...servicePaths, ...infrastructurePaths },
  components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
};
