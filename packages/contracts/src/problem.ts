import { z } from 'zod';

interface Problem {
  /** HTTP status when the problem is answered to a caller. */
  status: number;
  title: string;
  /** Whether the very same request may succeed when it is sent (or, inside a job, run) again. */
  retryable: boolean;
}

/** Every way a request or a caption can fail. A code that is not in this table does not compile. */
export const problems = {
  malformed_json: { status: 400, title: 'The body is not valid JSON', retryable: false },
  malformed_multipart: { status: 400, title: 'The multipart body cannot be read', retryable: false },
  missing_image: { status: 400, title: 'No image was given', retryable: false },
  bad_idempotency_key: { status: 400, title: 'The idempotency key is not usable', retryable: false },
  unauthorized: { status: 401, title: 'No valid API key was given', retryable: false },
  forbidden: { status: 403, title: 'This API key may not do that', retryable: false },
  not_found: { status: 404, title: 'There is no such thing', retryable: false },
  method_not_allowed: { status: 405, title: 'This method is not allowed here', retryable: false },
  upload_too_slow: { status: 408, title: 'The body came too slowly', retryable: true },
  idempotency_in_progress: { status: 409, title: 'The first request with this key is still running', retryable: true },
  already_terminal: { status: 409, title: 'The caption has already ended', retryable: false },
  not_terminal: { status: 409, title: 'The caption has not ended yet', retryable: true },
  result_expired: { status: 410, title: 'The retention time is over', retryable: false },
  image_too_large: { status: 413, title: 'The image has too many bytes', retryable: false },
  batch_too_large: { status: 413, title: 'The batch has too many images', retryable: false },
  unsupported_media_type: { status: 415, title: 'The image format is not supported', retryable: false },
  invalid_params: { status: 422, title: 'A parameter is not valid', retryable: false },
  unknown_model: { status: 422, title: 'No such model is being served', retryable: false },
  match_unavailable: { status: 422, title: 'No model can match this caption', retryable: false },
  image_corrupt: { status: 422, title: 'The image cannot be decoded', retryable: false },
  image_dimensions: { status: 422, title: 'The image has unsupported dimensions', retryable: false },
  image_too_costly: { status: 422, title: 'The image costs too much to decode', retryable: false },
  duplicate_key: { status: 422, title: 'Another item of the batch has this key', retryable: false },
  url_blocked: { status: 422, title: 'The URL may not be fetched', retryable: false },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  tenant_queue_full: { status: 429, title: 'Too many captions of this API key are waiting', retryable: true },
  internal_error: { status: 500, title: 'Something unexpected went wrong', retryable: true },
  queue_full: { status: 503, title: 'The queue is full', retryable: true },
  queue_unavailable: { status: 503, title: 'The queue cannot be reached', retryable: true },
  notifier_unavailable: { status: 503, title: 'No notifier answers', retryable: true },
  model_unavailable: { status: 503, title: 'No model has been registered yet', retryable: true },
  shutting_down: { status: 503, title: 'This server is shutting down', retryable: true },
  fetch_failed: { status: 422, title: 'The image could not be fetched', retryable: true },
  fetch_timeout: { status: 422, title: 'Fetching the image took too long', retryable: true },
  input_expired: { status: 410, title: 'The image is gone', retryable: false },
  inference_error: { status: 500, title: 'The model failed on this image', retryable: false },
  out_of_memory: { status: 503, title: 'The worker ran out of memory', retryable: true },
  worker_lost: { status: 500, title: 'Workers died while they ran this caption', retryable: false },
  timeout: { status: 504, title: 'The caption took too long', retryable: false },
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof problems;

export const problemCode = z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]);

/** One invalid input, named as the caller spelled it. */
export const fieldError = z.object({ field: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldError>;

interface BlipqErrorOptions {
  cause?: unknown;
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  retryAfterS?: number;
  errors?: FieldError[];
}

/** The one domain error: a stable code from the table and a sentence that says what happened and what to do. */
export class BlipqError extends Error {
  override readonly name = 'BlipqError';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly retryAfterS?: number;
  readonly errors?: FieldError[];

  constructor(code: ProblemCode, detail: string, { cause, retryAfterS, errors }: BlipqErrorOptions = {}) {
    super(detail, { cause });
    this.code = code;
    this.detail = detail;
    if (retryAfterS !== undefined) this.retryAfterS = retryAfterS;
    if (errors !== undefined) this.errors = errors;
  }

  get status(): number {
    return problems[this.code].status;
  }

  get retryable(): boolean {
    return problems[this.code].retryable;
  }
}

/** Where a problem's page is: a path on the gateway, which serves `docs/errors/`. */
const problemPages = '/docs/errors/';

/** `application/problem+json` (RFC 9457). */
export const problemDetails = z.object({
  /** A reference to the page that explains this code, relative to the server that answered. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** Path of the request that failed. */
  instance: z.string(),
  code: problemCode,
  retryable: z.boolean(),
  request_id: z.string(),
  errors: z.array(fieldError).optional(),
});
export type ProblemDetails = z.infer<typeof problemDetails>;

/** The problem document of an error. The cause stays on the server. */
export function problemOf(error: BlipqError, instance: string, requestId: string): ProblemDetails {
  return {
    type: problemPages + error.code,
    title: problems[error.code].title,
    status: error.status,
    detail: error.detail,
    instance,
    code: error.code,
    retryable: error.retryable,
    request_id: requestId,
    ...(error.errors !== undefined && { errors: error.errors }),
  };
}
