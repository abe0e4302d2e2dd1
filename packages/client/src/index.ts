export type { Batches, BatchItem, BatchOutcome, CreateBatchOptions } from './batches.js';
export { Blipq } from './blipq.js';
export { BlipqError, type ErrorCode } from './blipq-error.js';
export type { ManyItem, ManyOptions, ManyResult } from './caption-many.js';
export type {
  Collection,
  CreateOptions,
  Kind,
  Resources,
  Results,
  RetryOptions,
  RunOptions,
  WaitOptions,
} from './collection.js';
export type { CallOptions } from './endpoint.js';
export type { components, operations, paths } from './gen/api.js';
export type { BlipqOptions } from './http.js';
export type { ImageSource } from './image.js';
export { verifyWebhook, type WebhookEvent, WebhookVerificationError } from './verify-webhook.js';
