import type { Request, Response } from 'express';
import type { ApiKey } from './api-keys.js';
import { holderOf, tenantOf } from './authenticate.js';

/** On whose behalf work is submitted, and under which conditions. */
export interface Requester {
  /** Whose work it is. */
  tenant: string;
  /** Undefined where no keys are configured. */
  apiKey?: ApiKey;
  /** Whose share of this process the request uses up; see holderOf. */
  holder: string;
  /** Whether the model must run even if the result of an equal request is known: `Cache-Control: no-cache`. */
  fresh: boolean;
  /** Aborts when the client has gone or the server can wait no longer. */
  signal: AbortSignal;
}

/** Who sent this request. It has passed `authenticate` and `OpenRequests.track`. */
export function requesterOf(req: Request, res: Response): Requester {
  const { apiKey, giveUp } = res.locals;
  const fresh = /\bno-cache\b/i.test(req.get('cache-control') ?? '');
  return { tenant: tenantOf(res), holder: holderOf(req, res), ...(apiKey && { apiKey }), fresh, signal: giveUp };
}
