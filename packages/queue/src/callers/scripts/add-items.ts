import type { BatchItem } from '@blipq/contracts';
import { reply } from '../../lua/reply.js';
import { type ScriptTarget, script } from '../../lua/script.js';
import type { SubmissionTerms } from './admit-submission.js';
import type { ItemPlace, RecordCreation } from './create-record.js';

type ItemError = NonNullable<BatchItem['error']>;

export interface RefusedItem {
  index: number;
  key?: string | undefined;
  error: ItemError;
}

/** An item whose image is to be fetched, and the fields of its record that are its own: name, value, … */
export interface NewItem extends ItemPlace {
  fields: string[];
  /** It expires unless it is started within that time. */
  deadline_after_ms: number;
  /** The same for items of one kind, for one queue and of one weight: these are written together. */
  group: string;
}

interface Addition {
  batch: string;
  /** With `fetch_max`. */
  terms: SubmissionTerms;
  /** The fields that the records of all items have: name, value, … */
  given: string[];
  creation: Pick<RecordCreation, 'life_ms' | 'image_ttl_ms'>;
  items: NewItem[];
  refused: RefusedItem[];
  /** Why items are refused that there is no room for. */
  errors: Record<'full' | 'memory_full' | 'tenant_full', ItemError>;
}

const run = script<Addition>(new URL('add-items.lua', import.meta.url));

/**
 * Adds items to a batch, each once: those that were added or refused before stay as they are. `reused`: another item was
 * added under an index. `sealed`: the batch takes no more.
 */
export async function addItems(target: ScriptTarget, addition: Addition): Promise<'added' | 'reused' | 'sealed'> {
  return reply.word(await run(target, addition), ['added', 'reused', 'sealed']);
}
