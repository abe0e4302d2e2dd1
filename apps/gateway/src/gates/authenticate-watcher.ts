import { BlipqError, task, taskNames } from '@blipq/contracts';
import type { EventTokens } from '@blipq/queue';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { idNamed } from '../request/work-id.js';
import type { ApiKeys } from './api-keys.js';

/** The routes of `/v1` that stream events. */
const eventsPath = /^\/(captions|answers|matches|batches)\/([^/]+)\/events\/?$/;

/**
 * Lets a request for events in by the token in its query, because a browser's EventSource sends no header: it counts as
 * one of the key that asked for the token. Every other request passes as it is, and so does one with a key.
 *
 * Fails with `unauthorized` or `forbidden`.
 */
export function authenticateWatcher(keys: ApiKeys, tokens: Pick<EventTokens, 'read'>): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    const { token } = req.query;
    const [, collection, name] = eventsPath.exec(req.path) ?? [];
    const id =
      name &&
      idNamed(
        name,
        task.options.find((one) => taskNames[one].collection === collection),
      );
    const reads = ['GET', 'HEAD'].includes(req.method) && req.get('authorization') === undefined;
    if (!keys.required || id === undefined || token === undefined || !reads) return next();
    const grant = typeof token === 'string' && /^evt_[\w-]{43}$/.test(token) ? await tokens.read(token) : null;
    const key = grant === null ? undefined : keys.named(grant.tenant);
    if (grant === null || key === undefined) {
      const detail = 'This token is not known or has expired. POST /v1/events/token gives another.';
      throw new BlipqError('unauthorized', detail);
    }
    if (grant.subject !== undefined && grant.subject !== id) {
      throw new BlipqError('forbidden', `This token is for the events of ${grant.subject} only.`);
    }
    res.locals.apiKey = key;
    next();
  };
}
