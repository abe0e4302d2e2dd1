import type { components } from './gen/api.js';

export type Problem = components['schemas']['Problem'];

/**
 * What went wrong, by a code that never changes its meaning. Beside the API's own codes: the server was not reached
 * (`connection_failed`), what answered is no BlipQ (`bad_response`), or the work ended without a result (`canceled`,
 * `expired`).
 */
export type ErrorCode = Problem['code'] | 'connection_failed' | 'bad_response' | 'canceled' | 'expired';

/**
 * Every error of this package but an abort, which is the signal's own reason, a webhook's, and a TypeError for a call
 * that cannot be made as it is.
 */
export class BlipqError extends Error {
  override readonly name = 'BlipqError';

  constructor(
    readonly code: ErrorCode,
    detail: string,
    /** Whether the same request may succeed later. What could be repeated safely has been, until time ran out. */
    readonly retryable: boolean,
    /** HTTP status of the answer, where there was one. */
    readonly status?: number,
    /** The whole problem document, with the fields that are wrong and the request's id. */
    readonly problem?: Problem,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** The error that an answer tells of. A proxy's answer has no code; its status says whether to try again. */
export function errorOf({ status }: Response, problem?: Problem): BlipqError {
  if (problem?.code) return errorOfProblem(problem, status, problem);
  const passing = [408, 425, 429, 502, 503, 504].includes(status);
  return new BlipqError('bad_response', `HTTP ${status} without a problem document`, passing, status);
}

/** The error of work that has ended, in this state, without a result. */
export function errorOfEnd(state: string, error: Pick<Problem, 'code' | 'detail' | 'retryable'> | null): BlipqError {
  if (error) return errorOfProblem(error);
  return new BlipqError((state === 'deleted' ? 'result_expired' : state) as ErrorCode, `It was ${state}.`, false);
}

function errorOfProblem(
  { code, detail, retryable }: Pick<Problem, 'code' | 'detail' | 'retryable'>,
  ...of: [status?: number, problem?: Problem]
): BlipqError {
  return new BlipqError(code, detail, retryable, ...of);
}
