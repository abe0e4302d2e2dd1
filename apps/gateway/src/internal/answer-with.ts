import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** Has an app answer a request that came in elsewhere. @throws what it fails with */
export async function answerWith(app: Express, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.once('close', resolve);
    // Express calls this when no route has answered.
    app(request as Request, response as Response, (error?: unknown) => {
      if (error) return reject(error);
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page.\n');
    });
  });
}
