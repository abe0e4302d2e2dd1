import type { BatchHistory, CaptionHistory, History, Sighting, Undone } from './history.js';

/** What the rules read in captions and in batches. */
interface Told {
  acknowledgedAt: number;
  sightings: readonly { at: number; state: string; version?: number }[];
  messages: readonly { at: number; answered: number | null }[];
}

/**
 * The history without what was told while Redis did what it lost when its append-only file was cut: from then on it is in
 * a state of before, in which all of that may happen once more, and otherwise. It accuses nobody; what it excuses is kept
 * apart.
 */
export function withoutUndone(history: History): History {
  const spans = history.faults.flatMap(({ undoneFrom, endedAt }) =>
    undoneFrom === undefined ? [] : [[undoneFrom, endedAt] as const],
  );
  if (spans.length === 0) return history;
  const isUndone = (at: number) => spans.some(([from, to]) => at >= from && at <= to);
  const firm = (seen: { at: number }) => !isUndone(seen.at);
  return {
    ...history,
    captions: history.captions.map((caption) => ({
      ...caption,
      undone: undoneOf(caption, isUndone),
      sightings: caption.sightings.filter(firm),
      messages: caption.messages.filter(firm),
      // Nobody is held to what was answered, and it may have been done all the same.
      cancels: caption.cancels.map((cancel) => (firm(cancel) ? cancel : { ...cancel, status: 0 })),
    })),
    batches: history.batches.map((batch) => ({
      ...batch,
      undone: undoneOf(batch, isUndone),
      sightings: batch.sightings.filter(firm),
      messages: batch.messages.filter(firm),
    })),
  };
}

function undoneOf({ acknowledgedAt, sightings, messages }: Told, isUndone: (at: number) => boolean): Undone {
  return {
    acknowledged: isUndone(acknowledgedAt),
    taken: messages.some(({ at, answered }) => isUndone(at) && isTaken({ answered })),
    sightings: sightings
      .filter(({ at }) => isUndone(at))
      .map(({ state, version = 0 }): Pick<Sighting, 'state' | 'version'> => ({ state, version })),
  };
}

export const isTaken = ({ answered }: { answered: number | null }): boolean =>
  answered !== null && answered >= 200 && answered < 300;

/** Whether it is gone. */
export const isGone = (state: string): boolean => state === 'missing' || state === 'expired_record';

/** Whether it went with its acknowledgement, which Redis lost. */
export const isLostWithAcknowledgement = ({ undone, sightings }: CaptionHistory | BatchHistory): boolean =>
  undone?.acknowledged === true && sightings.some(({ state }) => isGone(state));
