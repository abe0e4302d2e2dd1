import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Request, type Response, Router } from 'express';
import { hashedFileHeaders, pagePolicy } from './page-policy.js';

/** Built by apps/playground. */
const folder = new URL('../../../playground/dist/', import.meta.url);

const pageHeaders = {
  // Thumbnails are data: URLs that the page draws.
  'Content-Security-Policy': pagePolicy("'self' data:"),
  'Permissions-Policy': 'camera=(self)',
  'Cache-Control': 'no-cache',
};

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
    router.get(`/playground/assets/${name}`, send(file, extname(name), hashedFileHeaders));
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
