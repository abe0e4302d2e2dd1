import type { ProblemCode } from '@blipq/contracts';
import type { HeaderName } from './headers.js';
import type { ParameterName } from './parameters.js';
import type { ComponentName } from './schema-components.js';

/** One documented answer. `body`: a named JSON schema, a media type with text, or one with such a schema in each line. */
export interface DocumentedAnswer {
  description: string;
  body?: ComponentName | 'text/event-stream' | { media: 'application/x-ndjson'; of: ComponentName };
  headers?: HeaderName[];
}

export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  operationId: string;
  tag: 'Captions' | 'Answers' | 'Matches' | 'Batches' | 'Webhooks' | 'Events' | 'Models';
  summary: string;
  description?: string;
  parameters?: ParameterName[];
  body?: 'caption' | 'answer' | 'match' | 'batch' | 'webhookTest' | 'eventToken';
  answers: Record<number, DocumentedAnswer>;
  /** Beside those that every operation has. */
  problems?: ProblemCode[];
}
