/**
 * The Content-Security-Policy of a page that loads its own files and asks this server, nothing else. It holds nothing
 * inline, and its scripts make elements by the DOM alone, never of HTML.
 *
 * @param images where its images may come from
 */
export function pagePolicy(images: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${images}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Of files whose names have a hash of what is in them. */
export const hashedFileHeaders = { 'Cache-Control': 'public, max-age=31536000, immutable' };
