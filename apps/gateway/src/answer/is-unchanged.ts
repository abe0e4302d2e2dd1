import type { Request, Response } from 'express';

/**
 * Sets the `ETag` of a resource. True if the client already has this version (RFC 9110 §13.1.2), for which the answer
 * is 304.
 */
export function isUnchanged(req: Request, res: Response, version: string | number): boolean {
  const etag = `"${version}"`;
  res.setHeader('ETag', etag);
  // Answers are private. A client may keep them but must revalidate them.
  res.setHeader('Cache-Control', 'private, no-cache');
  const given = (req.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return given.includes(etag) || given.includes('*');
}
