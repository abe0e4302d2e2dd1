import type { ProblemCode } from '@blipq/contracts';

/** What may be wrong with a request that brings an image. */
export const submitProblems: ProblemCode[] = [
  'malformed_json',
  'malformed_multipart',
  'missing_image',
  'bad_idempotency_key',
  'upload_too_slow',
  'idempotency_in_progress',
  'image_too_large',
  'unsupported_media_type',
  'invalid_params',
  'unknown_model',
  'match_unavailable',
  'image_corrupt',
  'image_dimensions',
  'image_too_costly',
  'url_blocked',
  'fetch_failed',
  'fetch_timeout',
  'idempotency_key_reused',
  'tenant_queue_full',
  'queue_full',
  'model_unavailable',
];
/** What may be wrong with an id. */
export const gone: ProblemCode[] = ['not_found', 'result_expired'];
/** What may be wrong with JSON that brings no image. */
export const smallJsonProblems: ProblemCode[] = [
  ...(['malformed_json', 'upload_too_slow', 'image_too_large', 'unsupported_media_type', 'invalid_params'] as const),
];
