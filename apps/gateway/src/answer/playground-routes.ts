import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Request, type Response, Router } from 'express';

/** Built by apps/playground. */
const folder = new URL('../../../playground/dist/', import.meta.url);

/**
 * Allows the page's own files and requests to this server; thumbnails are data: URLs that the page draws. Texts become
 * elements by the DOM alone, never by HTML.
 */
const pageHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'Permissions-Policy': 'camera=(self)',
  'Cache-Control': 'no-cache',
};
/** Their names have a hash of what is in them. */
const assetHeaders = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** `/playground`: the page to try the API on. It is the same with and without a slash at its end. */
export function playgroundRoutes(): Router {
  const router = Router({ strict: true });
  const html = readFileSync(new URL('index.html', folder), 'utf8');
  const assets = readdirSync(fileURLToPath(new URL('assets/', folder)));
  const pages = { '/playground/': html, '/playground': html.replaceAll('="./', '="./playground/') };
  for (const [path, page] of Object.entries(pages)) {
    router.get(path, send(Buffer.from(page), 'html', pageHeaders));
  }
  for (const name of assets) {
    const file = readFileSync(new URL(`assets/${name}`, folder));
    router.get(`/playground/assets/${name}`, send(file, extname(name), assetHeaders));
  }
  return router;
}

function send(file: Buffer, type: string, headers: Record<string, string>) {
  const zipped = gzipSync(file);
  return (req: Request, res: Response) => {
    res.set(headers).set('Vary', 'Accept-Encoding').type(type);
    if (req.acceptsEncodings('gzip')) res.set('Content-Encoding', 'gzip').send(zipped);
    else res.send(file);
  };
}
