export {
  type BatchOutput,
  CaptionModel,
  type CaptionOutput,
  type CaptionRow,
} from './caption-model.js';
export type { GenerationParams } from './generation.js';
export { ModelError, type ModelErrorCode } from './model-error.js';
export type { ModelFacts } from './model-facts.js';
export { type PrepareOptions, type PrepareProgress, prepareModel } from './prepare-model.js';
