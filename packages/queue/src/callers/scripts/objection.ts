import { reply } from '../../lua/reply.js';
import type { HashFields } from '../../redis/hash-fields.js';

const refusals = ['in_progress', 'reused', 'gone', 'input_gone', 'batch_sealed'] as const;
const full = ['full', 'memory_full', 'tenant_full'] as const;

/**
 * Why a script that takes something in does not. `replayed`: the same request came before, and made this. `in_progress`:
 * it came before and is still being stored. `reused`: the key or id was used for another request. `gone`: the id was
 * used for what is gone. `input_gone`: there are no pixels. `batch_sealed`: its batch takes no more. `memory_full`: Redis has no memory for new work.
 */
export type Objection =
  | { status: 'replayed'; id: string; fields: HashFields }
  | { status: (typeof refusals)[number] }
  | { status: (typeof full)[number]; retryAfterS: number };

/** Reads an objection: a word, and what belongs to it. */
export function objectionOf([status, ...rest]: unknown[]): Objection {
  if (status === 'replayed') return { status, id: reply.text(rest[0]), fields: reply.fields(rest[1]) };
  const word = reply.word(status, [...refusals, ...full]);
  if (word === 'full' || word === 'memory_full' || word === 'tenant_full') {
    return { status: word, retryAfterS: reply.number(rest[0]) };
  }
  return { status: word };
}
