import type { ProblemCode } from '@blipq/contracts';
import type { HeaderName } from './headers.js';
import type { ParameterName } from './parameters.js';
import type { ComponentName } from './schema-components.js';

/** One documented answer. `body`: a named JSON schema, or a media type with text. */
export interface DocumentedAnswer {
  description: string;
  body?: ComponentName | 'text/event-stream';
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
