export {
  type AnswerInput,
  type AnswerResource,
  type AnswerResult,
  answerInput,
  answerPage,
  answerResource,
  answerResult,
  questionsMax,
} from './answer.js';
export {
  type BatchEvent,
  type BatchItem,
  type BatchResource,
  type BatchState,
  type BatchSummary,
  batchItem,
  batchItemsMax,
  batchItemsShownMax,
  batchPage,
  batchResource,
  batchState,
  batchSummary,
  itemKey,
} from './batch.js';
export { type BatchResult, batchResult } from './batch-result.js';
export {
  type CaptionInput,
  type CaptionMatch,
  type CaptionPage,
  type CaptionResource,
  type CaptionResult,
  captionInput,
  captionMatch,
  captionPage,
  captionResource,
  captionResult,
} from './caption.js';
export {
  type CaptionOptions,
  type CaptionRequest,
  captionFields,
  captionJson,
  captionOptions,
  type ImageInput,
  imageBytesMax,
  imageInput,
} from './caption-request.js';
export { cutText } from './cut-text.js';
export { type EventTokenResource, eventTokenJson, eventTokenResource } from './event-token.js';
export {
  answerId,
  type BatchId,
  batchId,
  type CaptionId,
  captionId,
  itemIdOf,
  matchId,
  newBatchId,
  newCaptionId,
  newIdFor,
  newPingId,
  pingId,
  publicTenant,
  tenantName,
} from './id.js';
export { invalidField, invalidFields } from './invalid-fields.js';
export { type GenerationDefaults, generationDefaults, type ModelManifest, modelManifest } from './manifest.js';
export {
  type MatchInput,
  type MatchResource,
  type MatchResult,
  matchInput,
  matchPage,
  matchResource,
  matchResult,
  textsMax,
} from './match.js';
export {
  type CaptionParams,
  captionParams,
  numBeamsMax,
  type ParamsSources,
  type RequestedParams,
  requestedParams,
  resolveParams,
} from './params.js';
export { parseFields } from './parse-fields.js';
export { plainIssue } from './plain-issue.js';
export {
  BlipqError,
  type FieldError,
  fieldError,
  type ProblemCode,
  type ProblemDetails,
  problemCode,
  problemDetails,
  problemOf,
  problems,
} from './problem.js';
export { parseRedisUrl, type RedisAddress, type RedisNode, redisUrl } from './redis-address.js';
export {
  type AskedVersion,
  type ImageFacts,
  type InferenceTimings,
  imageFacts,
  inferenceTimings,
  type ModelVersion,
  type WorkError,
  type WorkMetadata,
  type WorkTimings,
  workError,
  workMetadata,
  workTimings,
} from './resource-schema.js';
export { type Task, task, taskNames, taskOfId } from './task.js';
export { badWords, badWordsMax } from './text-params.js';
export {
  answerEventTypes,
  captionEventTypes,
  type DeliveryAttempt,
  type DeliveryFailure,
  type DeliveryPage,
  type DeliveryResource,
  type DeliveryState,
  deliveryAttempt,
  deliveryFailure,
  deliveryId,
  deliveryPage,
  deliveryResource,
  deliveryState,
  matchEventTypes,
  type PingEvent,
  pingEvent,
  secretDefault,
  secretOwn,
  testAnswerBytesMax,
  type WebhookEvent,
  type WebhookEventType,
  type WebhookRequest,
  type WebhookSecretResource,
  type WebhookTarget,
  type WebhookTest,
  webhookEvent,
  webhookEventType,
  webhookEventTypes,
  webhookRequest,
  webhookSecretResource,
  webhookTarget,
  webhookTestJson,
  webhookTestResource,
} from './webhook.js';
export {
  type CaptionEvent,
  captionEvent,
  eventOf,
  failedWith,
  type InputOf,
  type ResultOf,
  resourceSchemas,
  type WorkEvent,
  type WorkInput,
  type WorkJob,
  type WorkOutcome,
  type WorkResource,
  workInputs,
  workJob,
  workOutcome,
  workResults,
} from './work.js';
export { type AskedDefaults, type AskedModel, workInputOf } from './work-input.js';
export {
  type AsksOf,
  answerFields,
  answerJson,
  matchFields,
  matchJson,
  type RequestOf,
  requestSchemas,
  taskOf,
  type WorkRequest,
} from './work-request.js';
export { isTerminal, type TerminalState, terminalStates, type WorkState, workState } from './work-state.js';
export { type WorkerStatus, workerStatus } from './worker-status.js';
