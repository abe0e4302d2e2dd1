import type { Request } from 'express';

/** The media type of a request, without parameters and in lower case; empty when the request has none. */
export function mediaTypeOf(req: Request): string {
  return (req.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}
