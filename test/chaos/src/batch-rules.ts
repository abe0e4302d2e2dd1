import { endsOf, webhookRules } from './caption-rules.js';
import type { BatchHistory, BatchSighting, CaptionHistory } from './history.js';
import { terminalStates } from './ledger.js';
import type { Rule, Violation } from './violation.js';

/** Codes that an item may be refused with although nothing is wrong with it. */
const excusable = ['queue_unavailable', 'queue_full', 'shutting_down', 'model_unavailable'];

/**
 * Everything that must hold for one batch; what must hold for its items is checked with the captions.
 *
 * @param captions by id
 */
export function checkBatch(batch: BatchHistory, captions: ReadonlyMap<string, CaptionHistory>): Violation[] {
  const broken = (rule: Rule, detail: string): Violation => ({ rule, id: batch.id, detail });
  const { sightings, messages, refusals, undone } = batch;
  // It may be gone, or wait for a reconciler that seals it with what is left of it.
  if (undone?.acknowledged) return [];
  const gone = sightings.find(({ state }) => state === 'missing');
  if (gone !== undefined) return [broken('lost', `acknowledged, and missing at ${gone.at} ms (${gone.by})`)];
  if (sightings.at(-1)?.state !== 'completed') return [broken('stuck', `still ${described(sightings.at(-1))}`)];
  const told = [...sightings, ...messages];
  const ends = new Set(told.filter(({ state }) => state === 'completed').map(({ counts }) => JSON.stringify(counts)));
  const tally = tallyOf(batch, captions);
  return [
    ...(ends.size > 1 ? [broken('two results', [...ends].join(' and '))] : []),
    ...told.flatMap((one) => wrongCounts(one, batch, tally)).map((detail) => broken('counts that are wrong', detail)),
    ...refusals.filter((code) => !excusable.includes(code)).map((code) => broken('refused without cause', code)),
    ...webhookRules(batch, 'completed').map(([rule, detail]) => broken(rule, detail)),
  ];
}

/** How many items ended in each state, as far as anybody saw them end. */
function tallyOf({ accepted }: BatchHistory, captions: ReadonlyMap<string, CaptionHistory>): Record<string, number> {
  const ends = accepted.flatMap((id) => {
    const caption = captions.get(id);
    return caption === undefined ? [] : endsOf(caption);
  });
  return Object.fromEntries(terminalStates.map((state) => [state, ends.filter((end) => end === state).length]));
}

function wrongCounts(told: BatchSighting, { total, refusals }: BatchHistory, tally: Record<string, number>): string[] {
  const { state, refused, counts } = told;
  const sum = Object.values(counts).reduce((all, count) => all + count, refused);
  if (sum !== total || refused !== refusals.length) return [`of ${total} items: ${described(told)}`];
  if (state !== 'completed') return [];
  const wrong = Object.keys(counts).some((name) => counts[name] !== (tally[name] ?? 0));
  return wrong ? [`${described(told)}, but its items ended as ${JSON.stringify(tally)}`] : [];
}

function described(told: BatchSighting | undefined): string {
  return told === undefined
    ? 'unseen'
    : `${told.state} at ${told.at} ms (${told.by}), ${JSON.stringify(told.counts)} and ${told.refused} refused`;
}
