export { CaptionQueue, type CaptionQueueOptions, type CaptionSubmission, type SubmitOutcome } from './caption-queue.js';
export {
  type CaptionHandler,
  type CaptionMade,
  type CaptionWork,
  CaptionWorker,
  type CaptionWorkerOptions,
} from './caption-worker.js';
export { type ManifestDraft, ModelRegistry, type ModelRegistryOptions } from './model-registry.js';
export { Reconciler, type ReconcilerOptions, type Sweep } from './reconciler.js';
export type { FencedWrite } from './records.js';
export type { OnError, QueueAddress } from './redis.js';
export type { WaitOptions, WaitOutcome } from './waiters.js';
