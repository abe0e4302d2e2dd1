import type { NextFunction, Request, Response } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** Goes before every path that an answer names. */
      pathPrefix?: string;
    }
  }
}

const acceptable = /^(\/[\w.~%-]+)+$/;

/**
 * Names paths as the client sees them: a trusted proxy that strips the beginning of each path says so with
 * `X-Forwarded-Prefix`.
 */
export function publicPaths(req: Request, res: Response, next: NextFunction): void {
  const isTrusted = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
  const prefix = (req.get('x-forwarded-prefix') ?? '').trim().replace(/\/$/, '');
  if (!acceptable.test(prefix) || !isTrusted(req.socket.remoteAddress, 0)) return void next();
  res.locals.pathPrefix = prefix;
  const json = res.json.bind(res);
  res.json = (body) => json(withPublicLinks(body, res));
  const location = res.location.bind(res);
  res.location = (path) => location(publicPath(path, res));
  next();
}

/** A path of ours as the client of this answer sees it. */
export function publicPath(path: string, { locals: { pathPrefix = '' } }: Response): string {
  return path.startsWith('/') ? pathPrefix + path : path;
}

/** A resource, or a page of them, whose `links` are as the client of this answer sees them. */
export function withPublicLinks(value: unknown, res: Response): unknown {
  if (res.locals.pathPrefix === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => withPublicLinks(one, res));
  const entries = Object.entries(value).map(([name, one]) => {
    if (name !== 'links' || typeof one !== 'object' || one === null) return [name, withPublicLinks(one, res)];
    const links = Object.entries(one).map(([link, path]) => [
      link,
      typeof path === 'string' ? publicPath(path, res) : path,
    ]);
    return [name, Object.fromEntries(links)];
  });
  return Object.fromEntries(entries);
}
