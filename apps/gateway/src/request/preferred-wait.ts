/** Longest wait in one request; a longer one is shortened to it. Load balancers commonly cut requests off after 60 s. */
export const waitMaxS = 60;

/**
 * The `wait` preference in a `Prefer` header (RFC 7240), in seconds; undefined when there is none. Without a value it is
 * a wish for the longest wait, as in Replicate's API. As the RFC asks, the first of several counts, and a value that is
 * no number is ignored rather than refused.
 */
export function preferredWaitS(prefer = ''): number | undefined {
  for (const preference of prefer.split(',')) {
    const [name, value] = preference
      .split(';')[0]!
      .split('=')
      .map((part) => part.trim());
    if (name?.toLowerCase() !== 'wait') continue;
    if (value === undefined) return waitMaxS;
    const digits = value?.replace(/^"(.*)"$/, '$1') ?? '';
    return /^\d+$/.test(digits) ? Math.min(Number(digits), waitMaxS) : undefined;
  }
  return undefined;
}
