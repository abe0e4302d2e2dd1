import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { hashedFileHeaders, pagePolicy } from './page-policy.js';

/** Built by apps/site, of the repository's Markdown. `files.json` has the hash of each file by its path. */
const folder = new URL('../../../site/dist/', import.meta.url);

const pageHeaders = { 'Content-Security-Policy': pagePolicy("'self'") };
const changing = { 'Cache-Control': 'no-cache' };

/**
 * The documents below `base`, `/docs/errors/{code}` among them, the page that a problem's `type` points to. A page is HTML,
 * or its Markdown for clients that prefer text. All links are relative, so that `base` may be any path.
 */
export function docsRoutes(base = '/docs'): Router {
  const router = Router({ strict: true });
  const files: Record<string, string> = JSON.parse(readFileSync(new URL('files.json', folder), 'utf8'));
  const has = (name: string) => Object.hasOwn(files, name);

  router.get(base, (_req, res) => res.redirect('docs/'));
  router.get(`${base}/{*path}`, (req, res, next) => {
    const name = ((req.params.path ?? []) as string[]).join('/');
    const page = name === '' || name.endsWith('/') ? `${name}index` : name;
    if (has(`${page}.html`)) return sendPage(page, req, res, next);
    if (has(`${name}/index.html`)) return res.redirect(`${name.split('/').at(-1)}/`);
    if (!has(name) || name.endsWith('.html')) return next();
    send(name, name.startsWith('assets/') ? hashedFileHeaders : changing, req, res, next);
  });
  return router;

  function sendPage(page: string, req: Request, res: Response, next: NextFunction): void {
    res.vary('Accept');
    const wanted = req.accepts(['text/html', 'text/markdown', 'text/plain']) || 'text/html';
    const ending = wanted === 'text/html' ? 'html' : 'md';
    send(`${page}.${ending}`, { ...changing, ...(ending === 'html' && pageHeaders) }, req, res, next, wanted);
  }

  function send(
    name: string,
    headers: Record<string, string>,
    req: Request,
    res: Response,
    next: NextFunction,
    type = extname(name),
  ): void {
    const isZipped = has(`${name}.gz`) && Boolean(req.acceptsEncodings('gzip'));
    res.set(headers).vary('Accept-Encoding').type(type);
    res.set('ETag', `"${files[name]}${isZipped ? '-gzip' : ''}"`);
    if (isZipped) res.set('Content-Encoding', 'gzip');
    const options = { root: fileURLToPath(folder), cacheControl: false, lastModified: false };
    res.sendFile(isZipped ? `${name}.gz` : name, options, (error) => error && next(error));
  }
}
