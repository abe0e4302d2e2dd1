import { fileURLToPath } from 'node:url';
import { problemCode } from '@blipq/contracts';
import { Router } from 'express';

const pages = fileURLToPath(new URL('../../../../docs/errors/', import.meta.url));

/** `/docs/errors/{code}`: the page that a problem's `type` points to. */
export function problemPageRoutes(): Router {
  const router = Router();
  router.get('/docs/errors/:code', (req, res, next) => {
    const code = problemCode.safeParse(req.params.code);
    if (!code.success) return next();
    res.type('text/markdown').sendFile(`${code.data}.md`, { root: pages }, (error) => error && next());
  });
  return router;
}
