export type { BatchDraft, CreateBatchOutcome, SubmittedItem } from './batches.js';
export type { ListOptions, WorkPage } from './caption-list.js';
export {
  type CancelOutcome,
  CaptionQueue,
  type CaptionQueueOptions,
  type QueueLoad,
  type RetryOptions,
} from './caption-queue.js';
export {
  type CaptionHandler,
  type CaptionMade,
  type CaptionWork,
  CaptionWorker,
  type CaptionWorkerOptions,
  type Made,
  type Serves,
  type Work,
  type WorkHandler,
} from './caption-worker.js';
export { type DeliveryListing, DeliveryLog, type DeliveryLogOptions } from './delivery-log.js';
export {
  type DeliveryVerdict,
  type DeliveryWork,
  DeliveryWorker,
  type DeliveryWorkerOptions,
} from './delivery-worker.js';
export { type ManifestDraft, ModelRegistry, type ModelRegistryOptions } from './model-registry.js';
export { QueueCensus, type QueueCensusOptions, type QueueCount } from './queue-census.js';
export { QueueHealth, type QueueHealthOptions } from './queue-health.js';
export { Reconciler, type ReconcilerOptions, type Sweep } from './reconciler.js';
export type { FencedWrite } from './records.js';
export { type OnError, open as openRedis, producerRedis, type QueueAddress, type RedisClient } from './redis.js';
export type {
  Admission,
  AdmitOutcome,
  CaptionSubmission,
  Submission,
  SubmissionIdentity,
  SubmitOutcome,
} from './submissions.js';
export type { WaitOptions, WaitOutcome } from './waiters.js';
