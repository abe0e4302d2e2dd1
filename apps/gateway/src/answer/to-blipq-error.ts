import { BlipqError } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { Response } from 'express';

/**
 * The error that a client is told about. What we did not foresee becomes `internal_error`: its cause is logged under
 * the request's id and stays here. When the client is gone nobody is told, and nothing is wrong with us.
 */
export function toBlipqError(error: unknown, res: Response, logger: Logger): BlipqError {
  if (error instanceof BlipqError) return error;
  // Express could not decode a path such as /v1/captions/%zz, which therefore names nothing.
  if (error instanceof URIError) return new BlipqError('not_found', 'There is nothing at this path.');
  const request_id = res.locals.requestId;
  if (res.destroyed) logger.debug({ request_id, err: error }, 'request abandoned');
  else logger.error({ request_id, err: error }, 'unexpected error');
  return new BlipqError('internal_error', 'Something unexpected went wrong; the server log has it under request_id.', {
    cause: error,
  });
}

/** Seconds to put into `Retry-After`, or undefined where the header makes no sense. */
export function retryAfterS(error: BlipqError): number | undefined {
  return error.status === 503 || error.status === 429 ? (error.retryAfterS ?? 2) : undefined;
}
