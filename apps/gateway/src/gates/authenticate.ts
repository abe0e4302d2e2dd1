import { BlipqError, publicTenant } from '@blipq/contracts';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ApiKey, ApiKeys } from './api-keys.js';
import type { RateLimits } from './rate-limits.js';
import { type OpenPolicy, requireOwnPage } from './require-own-page.js';

declare global {
  namespace Express {
    interface Locals {
      /** The key of this request; undefined where no keys are configured. */
      apiKey?: ApiKey;
    }
  }
}

/**
 * Passes requests on that carry a known key, or were let in by a token (authenticateWatcher), within the key's limits, and sets `res.locals.apiKey`. Without configured keys it
 * passes every request on.
 *
 * Fails with `unauthorized`, `forbidden` or `rate_limited`.
 */
export function authenticate(keys: ApiKeys, limits: RateLimits, open: OpenPolicy): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    if (!keys.required) {
      requireOwnPage(req, open);
      return next();
    }
    const key = res.locals.apiKey ?? keys.find(bearerOf(req, res));
    if (key === undefined) throw unauthorized(res, 'This API key is not known.', ', error="invalid_token"');
    if (key.disabled) throw new BlipqError('forbidden', 'This API key has been disabled.');
    res.locals.apiKey = key;
    await applyRateLimit(key, limits, res);
    next();
  };
}

/** The tenant whose work this request may read and change. */
export function tenantOf(res: Response): string {
  return res.locals.apiKey?.name ?? publicTenant;
}

/** Whose share of this process a request uses up. Without keys every address has a share. */
export function holderOf(req: Request, res: Response): string {
  return res.locals.apiKey?.name ?? `address ${req.ip}`;
}

async function applyRateLimit(key: ApiKey, limits: RateLimits, res: Response): Promise<void> {
  const verdict = await limits.count(key);
  if (verdict === undefined || key.rateLimit === undefined) return;
  const { requests, perS } = key.rateLimit;
  // draft-ietf-httpapi-ratelimit-headers
  res.setHeader('RateLimit-Policy', `"key";q=${requests};w=${perS}`);
  res.setHeader('RateLimit', `"key";r=${verdict.remaining};t=${verdict.resetS}`);
  if (verdict.allowed) return;
  throw new BlipqError('rate_limited', `This API key may make ${requests} requests in ${perS} s.`, {
    retryAfterS: verdict.resetS,
  });
}

function bearerOf(req: Request, res: Response): string {
  const header = req.get('authorization');
  if (header === undefined) throw unauthorized(res, 'Send your API key as "Authorization: Bearer <key>".');
  const token = /^bearer +([\w.~+/-]{1,512}=*) *$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized(res, 'The Authorization header is not "Bearer <key>".');
  return token;
}

function unauthorized(res: Response, detail: string, more = ''): BlipqError {
  res.setHeader('WWW-Authenticate', `Bearer realm="blipq"${more}`);
  return new BlipqError('unauthorized', detail);
}
