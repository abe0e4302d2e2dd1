/**
 * Why a model cannot be used.
 *
 * - `checkpoint_missing`     a file that is needed is not there
 * - `checkpoint_unreadable`  the operating system would not let us read it
 * - `checkpoint_invalid`     damaged, or not in the format it claims to be
 * - `checkpoint_refused`     well-formed, but a form that is unsafe or not supported
 * - `checkpoint_mismatch`    its tensors are not those that its config.json asks for
 * - `config_invalid`         a JSON file of the model says something that cannot be honoured
 * - `device_unavailable`     the device that was asked for is not there or does not work
 * - `cache_unwritable`       built graphs cannot be kept where they should be
 * - `build_failed`           graphs could not be compared or optimised, mostly for want of memory or space
 * - `graphs_unusable`        what was built before cannot be loaded
 */
export type ModelErrorCode =
  | 'checkpoint_missing'
  | 'checkpoint_unreadable'
  | 'checkpoint_invalid'
  | 'checkpoint_refused'
  | 'checkpoint_mismatch'
  | 'config_invalid'
  | 'device_unavailable'
  | 'cache_unwritable'
  | 'build_failed'
  | 'graphs_unusable';

/** A model that cannot be used; the message names the file or tensor and says what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
