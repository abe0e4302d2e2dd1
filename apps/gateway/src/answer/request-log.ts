import { AsyncResource } from 'node:async_hooks';
import type { Logger } from '@blipq/service';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * One line per answered (or abandoned) request: no bodies, no query strings, no headers. Probes log at debug.
 *
 * @param logClients whether a line has the tenant and the address of the client
 */
export function requestLog(logger: Logger, { logClients }: { logClients: boolean }): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const startedAtMs = performance.now();
    // A closed socket has no address any more.
    const { method, path, ip } = req;
    // Bound to the context of the request, which has its trace; the event of a closing socket has none.
    const onClose = AsyncResource.bind(() => {
      const line = {
        request_id: res.locals.requestId,
        method,
        path,
        status: res.writableFinished ? res.statusCode : undefined,
        ms: Math.round(performance.now() - startedAtMs),
        ...(logClients && { tenant: res.locals.apiKey?.name, client: ip }),
      };
      const level = /^\/(livez|readyz|healthz)$/.test(path) ? 'debug' : 'info';
      logger[level](line, res.writableFinished ? 'request answered' : 'client went away');
    });
    res.once('close', onClose);
    next();
  };
}
