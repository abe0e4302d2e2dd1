import type { Request, Response } from 'express';

/**
 * Sets the `ETag` of a resource and says whether the client has this version already (RFC 9110 §13.1.2), so that 304
 * is the answer.
 */
export function isUnchanged(req: Request, res: Response, version: string | number): boolean {
  const etag = `"${version}"`;
  res.setHeader('ETag', etag);
  // Private answers, which a client may keep but must ask about.
  res.setHeader('Cache-Control', 'private, no-cache');
  const given = (req.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return given.includes(etag) || given.includes('*');
}
