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
} from './attempts/caption-worker.js';
export { Reconciler, type ReconcilerOptions, type Sweep } from './attempts/reconciler.js';
export type { FencedWrite } from './attempts/scripts/finish-record.js';
export type { BatchDraft, CreateBatchOutcome, SubmittedItem } from './callers/batches.js';
export type { ListOptions, WorkPage } from './callers/caption-list.js';
export {
  type CancelOutcome,
  CaptionQueue,
  type CaptionQueueOptions,
  type QueueLoad,
  type RetryOptions,
} from './callers/caption-queue.js';
export type {
  Admission,
  AdmitOutcome,
  CaptionSubmission,
  Submission,
  SubmissionIdentity,
  SubmitOutcome,
} from './callers/submission.js';
export type { WaitOptions, WaitOutcome } from './callers/waiters.js';
export { type DeliveryListing, DeliveryLog, type DeliveryLogOptions } from './deliveries/delivery-log.js';
export {
  type DeliveryVerdict,
  type DeliveryWork,
  DeliveryWorker,
  type DeliveryWorkerOptions,
} from './deliveries/delivery-worker.js';
export {
  type ListedModel,
  type ManifestDraft,
  ModelRegistry,
  type ModelRegistryOptions,
} from './observe/model-registry.js';
export { QueueCensus, type QueueCensusOptions, type QueueCount } from './observe/queue-census.js';
export { QueueHealth, type QueueHealthOptions } from './observe/queue-health.js';
export { type OnError, open as openRedis, producerRedis, type QueueAddress, type RedisClient } from './redis/redis.js';
