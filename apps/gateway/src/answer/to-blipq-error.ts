import { BlipqError } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { Response } from 'express';

/**
 * The error that a client receives. An unforeseen error becomes `internal_error`: its cause is logged under the request's
 * id and is not sent. If the client is gone, the error is probably a consequence of that and is logged at debug only.
 */
export function toBlipqError(error: unknown, res: Response, logger: Logger): BlipqError {
  if (error instanceof BlipqError) return error;
  // Express could not decode a path such as /v1/captions/%zz, so there is nothing at it.
  if (error instanceof URIError) return new BlipqError('not_found', 'There is nothing at this path.');
  const request_id = res.locals.requestId;
  if (res.destroyed) logger.debug({ request_id, err: error }, 'request abandoned');
  else logger.error({ request_id, err: error }, 'unexpected error');
  return new BlipqError('internal_error', 'Something unexpected went wrong; the server log has it under request_id.', {
    cause: error,
  });
}

/** Seconds for `Retry-After`; undefined for an error that has no such header. */
export function retryAfterS(error: BlipqError): number | undefined {
  return error.status === 503 || error.status === 429 ? (error.retryAfterS ?? 2) : undefined;
}
