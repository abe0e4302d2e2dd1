export { type AnswerBatchOutput, AnswerModel, type QuestionRow } from './answer-model.js';
export {
  type BatchOutput,
  CaptionModel,
  type CaptionOutput,
  type CaptionRow,
} from './caption-model.js';
export type { BlipTask } from './checkpoint/task.js';
export { cosine } from './cosine.js';
export { chooseDevice, type DeviceChoice } from './device.js';
export type { GeneratedText } from './generated-text.js';
export type { GenerationParams, Sampling } from './generation.js';
export { type BuiltGraphs, type CheckpointReport, inspectCheckpoint } from './inspect-checkpoint.js';
export { type BlipModel, loadModel } from './load-model.js';
export { type MatchBatchOutput, MatchModel, type MatchRow, type TextMatch } from './match-model.js';
export { type Precision, precisions } from './model/weight-format.js';
export { ModelError, type ModelErrorCode } from './model-error.js';
export type { ModelFacts } from './model-facts.js';
export { checkBounds, type Device, describeCheck, type PrecisionCheck } from './precision.js';
export { describeChoice, type PrecisionChoice } from './precision-choice.js';
export { type PrepareOptions, type PrepareProgress, prepareModel } from './prepare-model.js';
export { noteUse, type PrunedEntry, type PruneOptions, pruneGraphs } from './prune-graphs.js';
export { OutOfMemoryError } from './session.js';
export { warmUp } from './warm-up.js';
