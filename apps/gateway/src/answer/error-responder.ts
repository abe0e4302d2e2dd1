import { BlipqError } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';

/**
 * Answers every error of its router: `send` words it as the clients of that router know it. Sets `Retry-After`. An answer
 * that has begun already is broken off.
 */
export function errorResponder(
  logger: Logger,
  send: (error: BlipqError, req: Request, res: Response) => void,
): ErrorRequestHandler {
  return (error: unknown, req: Request, res: Response, next: NextFunction) => {
    const problem = toBlipqError(error, res, logger);
    if (res.headersSent) return next(error);
    const delayS = retryAfterS(problem);
    if (delayS !== undefined) res.setHeader('Retry-After', delayS);
    send(problem, req, res);
  };
}

/**
 * The error that a client receives. An unforeseen error becomes `internal_error`: its cause is logged under the request's
 * id and is not sent. If the client is gone, the error is probably a consequence of that and is logged at debug only.
 */
function toBlipqError(error: unknown, res: Response, logger: Logger): BlipqError {
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
function retryAfterS(error: BlipqError): number | undefined {
  return error.retryAfterS ?? (error.status === 503 || error.status === 429 ? 2 : undefined);
}
