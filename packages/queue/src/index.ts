export { Reconciler, type ReconcilerOptions, type Sweep } from './attempts/reconciler.js';
export type { FencedWrite } from './attempts/scripts/finish-record.js';
export { WorkConsumer, type WorkConsumerOptions } from './attempts/work-consumer.js';
export type {
  CaptionHandler,
  CaptionWork,
  CaptionWorkResult,
  ServedTask,
  Work,
  WorkHandler,
  WorkResult,
} from './attempts/work-handler.js';
export type { ResultsOptions } from './callers/batch-results.js';
export type { BatchDraft, CreateBatchOutcome, Sealing, SubmittedItem } from './callers/batches.js';
export { type EventGrant, EventTokens } from './callers/event-tokens.js';
export type { BatchListOptions, ListOptions, Page, WorkPage } from './callers/list-work.js';
export type { RefusedItem } from './callers/scripts/add-items.js';
export type {
  Admission,
  AdmitOutcome,
  CaptionSubmission,
  SourceSubmission,
  Submission,
  SubmissionIdentity,
  SubmitOutcome,
} from './callers/submission.js';
export type { WaitOptions, WaitOutcome, WatchOptions } from './callers/waiters.js';
export { WorkQueue } from './callers/work-queue.js';
export type { CancelOutcome, QueueLoad, RetryOptions, WorkQueueOptions } from './callers/work-queue-options.js';
export { type DeliveryListing, DeliveryLog } from './deliveries/delivery-log.js';
export {
  type DeliveryVerdict,
  type DeliveryWork,
  DeliveryWorker,
  type DeliveryWorkerOptions,
} from './deliveries/delivery-worker.js';
export { type PingWork, WebhookTester, type WebhookTesterOptions } from './deliveries/webhook-tester.js';
export { WebhookTests, type WebhookTestsOptions } from './deliveries/webhook-tests.js';
export {
  type FetchedImage,
  type FetchVerdict,
  type FetchWork,
  FetchWorker,
  type FetchWorkerOptions,
} from './fetches/fetch-worker.js';
export {
  type FailingReceiver,
  type FoundWork,
  LiveLook,
  type Look,
  type Percentiles,
} from './observe/live-look.js';
export {
  type ListedModel,
  type ListedWorker,
  type ManifestDraft,
  ModelRegistry,
  type ModelRegistryOptions,
} from './observe/model-registry.js';
export { type ModelPlaces, QueueCensus, type QueueCount } from './observe/queue-census.js';
export { QueueHealth, type QueueHealthOptions } from './observe/queue-health.js';
export type { WorkGlance } from './observe/work-glance.js';
export {
  type OnError,
  open as openRedis,
  producerRedis,
  type QueueAddress,
  type RedisClient,
} from './redis/redis-client.js';
export { type MemoryUse, RedisMemory, type RedisMemoryOptions } from './redis/redis-memory.js';
