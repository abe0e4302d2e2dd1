import type { RequestHandler } from 'express';

/** For `.all()` after a path's methods: answers OPTIONS and refuses every other method in BentoML's words. */
export function notAllowed(allow: string): RequestHandler {
  return (req, res) => {
    res.setHeader('Allow', allow);
    if (req.method === 'OPTIONS') return void res.status(204).end();
    res.status(405).type('text').send('Method Not Allowed');
  };
}
