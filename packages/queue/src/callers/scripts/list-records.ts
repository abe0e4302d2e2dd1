import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { HashFields } from '../../redis/hash-fields.js';

export interface Listing {
  /** Prefix of the ids. */
  kind: string;
  tenant: string;
  /** Only what was submitted with this batch. */
  batch_id?: string | undefined;
  state?: string | undefined;
  /**
   * Bounds of the creation time in milliseconds, the later one first, as Redis takes them: `(<time>` is left out itself.
   * Of those that are as old as `from`, the ones before `behind_id`.
   */
  from: string;
  to: string;
  behind_id?: string | undefined;
  limit: number;
  /** The fields that are wanted. Default: all. */
  names?: readonly string[] | undefined;
}

interface ListedRecords {
  records: { id: string; fields: HashFields }[];
  /** Creation time and id to go on behind; empty at the end of the list. */
  cursor: string;
}

const run = script<Listing>(new URL('list-records.lua', import.meta.url));

/**
 * A page of a list, newest first. Entries whose record has expired are dropped from the list. A page may be short, or
 * empty, and not the last: of a batch in one state, and where much has expired.
 */
export async function listRecords(target: ScriptTarget, listing: Listing): Promise<ListedRecords> {
  const [cursor, page] = reply.list(await run(target, listing));
  const entries = reply.list(page);
  const records: ListedRecords['records'] = [];
  for (let i = 0; i < entries.length; i += 2) {
    records.push({ id: reply.text(entries[i]), fields: reply.fields(entries[i + 1]) });
  }
  return { records, cursor: reply.text(cursor) };
}
