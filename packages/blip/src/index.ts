export {
  type BatchOutput,
  CaptionModel,
  type CaptionOutput,
  type CaptionRow,
} from './caption-model.js';
export { chooseDevice, type DeviceChoice } from './device.js';
export type { GenerationParams } from './generation.js';
export { type BuiltGraphs, type CheckpointReport, inspectCheckpoint } from './inspect-checkpoint.js';
export type { Precision } from './model/weight-format.js';
export { ModelError, type ModelErrorCode } from './model-error.js';
export type { ModelFacts } from './model-facts.js';
export { checkBounds, type Device, type PrecisionCheck } from './precision.js';
export { type PrepareOptions, type PrepareProgress, prepareModel } from './prepare-model.js';
