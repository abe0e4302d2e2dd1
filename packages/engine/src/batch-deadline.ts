import type { GeneratedText, TextMatch } from '@blipq/blip';
import type { EngineBatchOutput, EngineOutput, EngineRow } from './engine-row.js';

/** A batch counts as hung when it takes this many times as long as it should, by what batches took before. */
const margin = 10;
/** Tokens of an ordinary sequence: before a batch has been measured, one with more to do gets more time in proportion. */
const ordinaryTokens = 100;
/** How soon a machine that has become faster is believed. */
const forgetting = 0.1;

/** What there is to do in a batch. */
interface BatchWork {
  images: number;
  /** Sequences that are generated side by side (rows, times their questions, times beams or samples), or texts to match. */
  sequences: number;
  /** Tokens of the longest of them, the prompt's included: no token has less than one character. */
  tokens: number;
}

/**
 * How long a batch may take before it counts as hung: from the speed of earlier batches and from what its rows ask for, so
 * that no parameters that may be asked for count as a hang, however slow the machine.
 */
export class BatchDeadline {
  readonly #leastMs: number;
  readonly #batchMax: number;
  /** Milliseconds for an image, and for a token of a sequence. */
  #speed: { imageMs: number; tokenMs: number } | undefined;

  /** @param leastMs what every batch may take; @param batchMax rows of the largest batch */
  constructor(leastMs: number, batchMax: number) {
    this.#leastMs = leastMs;
    this.#batchMax = batchMax;
  }

  /** Milliseconds that a batch of these rows may take. */
  of(rows: EngineRow[]): number {
    const { images, sequences, tokens } = workOf(rows);
    if (this.#speed === undefined) {
      return Math.round(this.#leastMs * Math.max(1, (sequences * tokens) / (this.#batchMax * ordinaryTokens)));
    }
    const { imageMs, tokenMs } = this.#speed;
    return Math.max(this.#leastMs, Math.round(margin * (images * imageMs + sequences * tokens * tokenMs)));
  }

  /** Notes how long a batch took. */
  learn(rows: EngineRow[], { outputs, encodeMs, decodeMs }: EngineBatchOutput): void {
    const { images, sequences } = workOf(rows);
    const tokens = Math.max(1, ...outputs.flatMap(tokensOf));
    const seen = { imageMs: encodeMs / images, tokenMs: decodeMs / (sequences * tokens) };
    const last = this.#speed ?? seen;
    this.#speed = { imageMs: slower(last.imageMs, seen.imageMs), tokenMs: slower(last.tokenMs, seen.tokenMs) };
  }
}

/** How many tokens each text of a row has, the prompt's included. */
function tokensOf(output: EngineOutput): number[] {
  const texts: readonly (GeneratedText | TextMatch)[] = Array.isArray(output) ? output : [output];
  return texts.map((text) => ('tokenIds' in text ? text.tokenIds.length : 1));
}

function slower(last: number, seen: number): number {
  return Math.max(seen, last + forgetting * (seen - last));
}

function workOf(rows: EngineRow[]): BatchWork {
  const each = rows.map((row) => {
    if (row.task === 'image_text_retrieval') return { sequences: row.texts.length, tokens: 1 };
    const { maxNewTokens, numBeams = 1, numReturnSequences = 1 } = row.params;
    const wide = Math.max(numBeams, numReturnSequences);
    if (row.task === 'captioning') return { sequences: wide, tokens: maxNewTokens + (row.prompt?.length ?? 0) };
    return { sequences: wide * row.questions.length, tokens: maxNewTokens };
  });
  return {
    images: rows.length,
    sequences: each.reduce((sum, { sequences }) => sum + sequences, 0),
    tokens: Math.max(1, ...each.map(({ tokens }) => tokens)),
  };
}
