export { Backoff, type BackoffOptions } from './backoff.js';
export { AbortError } from './batcher.js';
export { doWork, type WorkDone, type WorkEngine } from './do-work.js';
export {
  Engine,
  type EngineAnswers,
  type EngineBatch,
  type EngineCaption,
  type EngineEvents,
  type EngineMatches,
  type EngineState,
} from './engine.js';
export type { EngineLogger } from './engine-logger.js';
export type { EngineOptions, ModelLocation } from './engine-options.js';
export { EngineRefusedError } from './engine-refused-error.js';
export { manifestOf } from './manifest-of.js';
export { phaseWords } from './phase-words.js';
export type { Progress } from './protocol.js';
export { type Loading, type LoadModel, type ServedModel, serveEngine } from './serve-engine.js';
