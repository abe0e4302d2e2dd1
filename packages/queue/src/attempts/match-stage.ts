import {
  type AskedVersion,
  type CaptionMatch,
  type CaptionResult,
  type InferenceTimings,
  workResults,
} from '@blipq/contracts';
import type { HashFields } from '../redis/hash-fields.js';

/**
 * Whether a record is a caption that has been made and is now to be matched with its image: `match` says by which model,
 * `result` what was made.
 */
function isMade({ match, result }: HashFields): boolean {
  return match !== undefined && result !== undefined;
}

/** What is asked of the model whose turn it is: to make a caption, for example, or to match the one that was made. */
export function askedOf(record: HashFields): AskedVersion & object {
  if (!isMade(record)) return { model: record.model!, revision: record.revision!, ...JSON.parse(record.input!) };
  return { ...JSON.parse(record.match!), texts: [captionOf(record).text] };
}

/** What a worker made, and of its model the revision and the precision. */
interface StageResult {
  result: object;
  inference: InferenceTimings;
  revision: string;
  precision?: string | undefined;
}

/**
 * The whole of what a record comes to: what was made, or, of the match of a caption that was made before, the two
 * together. `revision` is then the caption's, but empty where the matcher is not the one that was asked for: the result
 * is given to nobody else.
 */
export function wholeOf(record: HashFields, made: StageResult): StageResult {
  if (!isMade(record)) return made;
  const asked: AskedVersion = JSON.parse(record.match!);
  const { revision, precision = null } = made;
  const { probability, similarity } = workResults.image_text_retrieval.parse(made.result).matches[0]!;
  const match: CaptionMatch = { probability, similarity, model: asked.model, revision, precision };
  const first: InferenceTimings = JSON.parse(record.inference!);
  const sum = (part: 'inference_ms' | 'encode_ms' | 'decode_ms') => first[part] + made.inference[part];
  return {
    result: { ...JSON.parse(record.result!), match },
    inference: {
      ...first,
      inference_ms: sum('inference_ms'),
      encode_ms: sum('encode_ms'),
      decode_ms: sum('decode_ms'),
    },
    revision: revision === asked.revision && precision === (asked.precision ?? null) ? record.revision! : '',
    precision: record.precision,
  };
}

function captionOf({ result }: HashFields): CaptionResult {
  return JSON.parse(result!).caption;
}
