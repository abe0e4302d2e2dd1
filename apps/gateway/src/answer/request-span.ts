import { inSpan } from '@blipq/service';
import type { NextFunction, Request, Response } from 'express';

/** Machines send these every few seconds. */
const probe = /^\/(livez|readyz|healthz|metrics)$/;

/**
 * Handles each request inside a span, which continues the caller's `traceparent` and is named after the route that
 * answered. Probes have no span.
 */
export function requestSpan(req: Request, res: Response, next: NextFunction): void {
  const { method, path } = req;
  if (probe.test(path)) return void next();
  const attributes = { 'http.request.method': method, 'url.scheme': req.protocol, 'url.path': path };
  void inSpan(method, { kind: 'server', parent: req.get('traceparent'), attributes }, async (span) => {
    const closed = new Promise<void>((resolve) => void res.once('close', resolve));
    next();
    await closed;
    const route = routeOf(req);
    if (route !== undefined) {
      span.rename(`${method} ${route}`);
      span.set({ 'http.route': route });
    }
    // The client went away before it had an answer, which is no failure of the server.
    if (!res.writableFinished) return;
    span.set({ 'http.response.status_code': res.statusCode });
    if (res.statusCode >= 500) span.fail(String(res.statusCode));
  });
}

/** The pattern of the route that matched; undefined if none did. */
function routeOf({ baseUrl, route }: Request): string | undefined {
  if (typeof route?.path !== 'string') return undefined;
  return `${baseUrl}${route.path}`.replace(/(.)\/$/, '$1');
}
