import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';
import { leaseMs } from '../lease-ms.js';

/** For so long a place for pixels is counted although nobody drops it, in milliseconds. */
const pixelsMs = 3_600_000;

export interface FetchTerms {
  /** Images of a model that are fetched ahead of its workers, at most, and the bytes of their pixels. */
  ahead_max: number;
  ahead_bytes_max: number;
  /** The bounds of the queue. */
  open_max: number;
  bytes_max: number;
  /** Bytes that Redis has for new work; undefined where it has no limit. */
  memory_room?: number | undefined;
  /** Images that one host is asked for at once. */
  per_host: number;
  /** Between a try that failed and the next one; one try more than there are pauses. */
  pauses_ms: readonly number[];
  /** What is said of work whose host is down: name, value, … */
  down_error: string[];
}

type Claim = FetchTerms & { tokens: string[]; lease_ms: number; pixels_ms: number };

const run = script<Claim>(new URL('claim-fetches.lua', import.meta.url));

/**
 * Takes work whose images are to be fetched now in hand, the ones whose turn it is, at most one for each token. A host
 * that fails again and again is not asked: its work counts as tried. Returns records.
 */
export async function claimFetches(
  target: ScriptTarget,
  tokens: string[],
  terms: FetchTerms,
): Promise<{ id: string; record: HashFields }[]> {
  const claimed = reply.list(await run(target, { ...terms, tokens, lease_ms: leaseMs, pixels_ms: pixelsMs }));
  return claimed.map((one) => {
    const [id, fields] = reply.list(one);
    return { id: reply.text(id), record: reply.fields(fields) };
  });
}
