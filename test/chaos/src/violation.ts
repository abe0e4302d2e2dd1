/** A broken promise, and which. */
export interface Violation {
  rule: Rule;
  /** The caption, answer, match or batch that it is about, if it is about one. */
  id: string | null;
  detail: string;
}

/** `lost`, `duplicated` and `stuck` are counted apart in the report; the others are other. */
export type Rule =
  | ('lost' | 'duplicated' | 'stuck' | 'two results' | 'wrong result' | 'a change after the end')
  | ('a cancel that did not hold' | 'expired too early' | 'failed without cause' | 'too many attempts')
  | ('one key, two captions' | 'webhook lost' | 'webhook wrong' | 'an answer that nobody should get')
  | ('never acknowledged' | 'a process ended by itself' | 'left over in Redis' | 'harm of a harmless fault')
  | ('counts that are wrong' | 'refused without cause' | 'a version of two states' | 'a webhook held up')
  | ('no recovery' | 'late recovery' | 'late refusal');
