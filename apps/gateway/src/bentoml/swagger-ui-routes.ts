import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { type NextFunction, type Request, type Response, Router } from 'express';

/** The package's files are located but never imported: its entry would run a browser's program here. */
const { resolve } = createRequire(import.meta.url);

/** Allows the page's own scripts and styles and requests to this server. Swagger UI sets styles and data: images. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'favicon-32x32.png'];

const page = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>BentoML Prediction Service</title>
    <link rel="icon" type="image/png" href="./static/favicon-32x32.png" sizes="32x32">
    <link rel="stylesheet" href="./static/swagger-ui.css">
    <style>
      body { margin: 0; }
      .playground { padding: 0.75rem 1.25rem; background: #eef0fd; color: #1b2030; font: 1rem system-ui, sans-serif; }
      .playground a { color: #3949c6; font-weight: 600; }
      .swagger-ui .info { margin: 2rem 0 1rem; }
      .swagger-ui .scheme-container { padding: 1rem 0; }
    </style>
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./static/swagger-ui-bundle.js"></script>
    <script src="./static/swagger-ui-standalone-preset.js"></script>
    <script src="./static/start.js"></script>
  </body>
</html>
`;

/** Relative addresses, so that the page works behind a proxy that serves it below a path. */
const start = `// A form is filled with its example: Swagger UI would invent a value for every field, and send it.
function fillForms(value) {
  if (typeof value !== 'object' || value === null) return;
  const { schema, example } = value['multipart/form-data'] ?? {};
  for (const [name, property] of Object.entries((example && schema?.properties) ?? {})) {
    property.example = property.format === 'binary' ? undefined : (example[name] ?? (property.type === 'array' ? [] : ''));
  }
  Object.values(value).forEach(fillForms);
}

const hint = document.createElement('div');
hint.className = 'playground';
hint.append('To look before you write a line: drop an image into the ');
hint.append(Object.assign(document.createElement('a'), { href: './playground', textContent: 'playground' }), '. ');
hint.append('All about it is in the ');
hint.append(Object.assign(document.createElement('a'), { href: './docs/', textContent: 'documents' }), '.');
document.body.prepend(hint);

window.ui = SwaggerUIBundle({
  // A field of a form that is left empty is not meant to be sent.
  requestInterceptor: (request) => {
    const { body } = request;
    if (body instanceof FormData) for (const [name, value] of [...body]) if (value === '') body.delete(name);
    return request;
  },
  responseInterceptor: (response) => {
    if (response.url.endsWith('/openapi.json') && response.ok) {
      const document = JSON.parse(response.text);
      fillForms(document.paths);
      response.text = JSON.stringify(document);
    }
    return response;
  },
  urls: [
    { url: './openapi.json', name: 'BlipQ API' },
    { url: './docs.json', name: 'BentoML service' },
  ],
  // What this page shows first under BentoML.
  'urls.primaryName': 'BentoML service',
  defaultModelsExpandDepth: 0,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
`;

/** Swagger UI at `/`, all of it from this server: it shows BentoML's document; our own is first in its list. */
export function swaggerUiRoutes(): Router {
  const router = Router();
  const day = { 'Cache-Control': 'public, max-age=86400' };
  const assets = new Map(files.map((file) => [file, readFileSync(resolve(`swagger-ui-dist/${file}`))]));

  router.get('/', (_req: Request, res: Response) => {
    res.setHeader('Content-Security-Policy', contentSecurityPolicy);
    res.setHeader('Cache-Control', 'no-cache');
    res.type('html').send(page);
  });
  router.get('/static/start.js', (_req: Request, res: Response) => void res.set(day).type('js').send(start));
  router.get('/static/:file', (req: Request, res: Response, next: NextFunction) => {
    const file = String(req.params.file);
    const asset = assets.get(file);
    if (asset === undefined) return next();
    res.set(day).type(extname(file)).send(asset);
  });
  return router;
}
