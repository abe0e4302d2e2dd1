import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Item, ItemError, type Refused } from '../inputs/item.js';
import type { Embedding } from '../outputs/embed.js';
import { csvRowOf, type ImageOutcome, recordOf, textOf } from '../outputs/outcome.js';
import type { RecordFile, RecordFormat } from '../outputs/record-file.js';
import type { Sidecars } from '../outputs/sidecar.js';
import type { Captioner } from './captioner.js';
import { inParallel } from './in-parallel.js';
import { loadImage } from './load-image.js';
import type { RunProgress, Tally } from './progress.js';
import type { RunState } from './run-state.js';

/** Bytes of images that are held at once before only one more is taken at a time. */
const heldBytesMax = 256 * 1024 * 1024;

export interface CaptionRunParts {
  captioner: Captioner;
  state: RunState;
  /** The output, or where there is none the list of what is done, for a resumption. */
  records: RecordFile | undefined;
  format: RecordFormat;
  /** Images that `records` has and that are not to be done again. */
  doneBefore: ReadonlySet<string>;
  sidecars: Sidecars | undefined;
  embedding: Embedding | undefined;
  failures: RecordFile | undefined;
  prefix: string;
  suffix: string;
  maxEdge: number | undefined;
  progress: RunProgress;
  tally: Tally;
  /** Takes each result and each failure as it comes. */
  show(name: string, text: string, record: object): void;
  /** Makes one run's keys differ from those of another that asks for something else. */
  asked: unknown;
}

/** Captions every item and puts what comes of it where it is wanted. One item's trouble is its own. */
export class CaptionRun {
  readonly #parts: CaptionRunParts;
  #heldBytes = 0;
  #changed = false;

  constructor(parts: CaptionRunParts) {
    this.#parts = parts;
  }

  /** @throws RunError for what concerns all that is left; the signal's reason */
  async over(items: (signal: AbortSignal) => AsyncIterable<Item | Refused>, signal: AbortSignal): Promise<void> {
    // The first error that ends the run ends what is under way as well, and the wait for further items.
    const ending = new AbortController();
    const stop = AbortSignal.any([signal, ending.signal]);
    // Every image on its way listens to it.
    setMaxListeners(0, stop);
    const room = () => (this.#heldBytes > heldBytesMax ? 1 : this.#parts.captioner.room());
    try {
      await inParallel(items(stop), room, async (item) => {
        try {
          stop.throwIfAborted();
          await this.#one(item, stop);
        } catch (error) {
          if (error instanceof ItemError) return await this.#refused(item, error);
          ending.abort(error);
          throw error;
        }
      });
    } catch (error) {
      // A source that was cut off throws an error of its own.
      stop.throwIfAborted();
      throw error;
    }
    signal.throwIfAborted();
  }

  async #one(item: Item | Refused, signal: AbortSignal): Promise<void> {
    if ('error' in item) throw item.error;
    const { sidecars, embedding, records, doneBefore, prefix, suffix } = this.#parts;
    const wantsSidecar = sidecars && !(await sidecars.claim(item));
    const wantsEmbedding = embedding && !doneBefore.has(item.name) && !(await embedding.claim(item));
    const kept = (sidecars || embedding) && !wantsSidecar && !wantsEmbedding && this.#parts.format === 'journal';
    if (doneBefore.has(item.name) || kept) return this.#count('skipped');
    const made = await this.#made(item, signal);
    const text = prefix + textOf(made) + suffix;
    if (wantsSidecar) await sidecars.write(item, text);
    if (wantsEmbedding) await embedding.write(item, text);
    const record = recordOf(item.name, made, text);
    // The record comes last: what it lists is done.
    const row = { jsonl: record, csv: csvRowOf(item.name, made, text), journal: { image: item.name } };
    await records?.append(item.name, row[this.#parts.format]);
    this.#count('done');
    this.#parts.show(item.name, text, record);
  }

  async #made(item: Item, signal: AbortSignal): Promise<ImageOutcome> {
    const { captioner, maxEdge, state, asked, progress } = this.#parts;
    const image = await loadImage(item, maxEdge, signal);
    const bytes = typeof image === 'string' ? 0 : image.length;
    this.#heldBytes += bytes;
    try {
      const made = await captioner.caption(image, keyOf(state.run, item.name, asked, image), signal);
      if (!this.#changed && (made.revision !== state.revision || made.model !== state.model)) {
        this.#changed = true;
        const [was, is] = [`${state.model} ${short(state.revision)}`, `${made.model} ${short(made.revision)}`];
        progress.note(`warning: the model was ${was} and is now ${is}; each record says which made it`);
      }
      return made;
    } finally {
      this.#heldBytes -= bytes;
    }
  }

  #count(what: 'done' | 'failed' | 'skipped'): void {
    this.#parts.tally[what]++;
    this.#parts.progress.step();
  }

  async #refused({ name, ...more }: Item | Refused, { code, message }: ItemError): Promise<void> {
    const { failures, progress, show } = this.#parts;
    progress.note(oneLine(`${shown(name)}: ${message} (${code})`));
    if ('harmless' in more) return;
    const record = { image: name, error: { code, detail: message } };
    await failures?.append(name, { image: name, code, detail: message });
    this.#count('failed');
    show(name, '', record);
  }
}

function keyOf(run: string, name: string, asked: unknown, image: Uint8Array | string): string {
  const hash = createHash('sha256').update(JSON.stringify([run, name, asked]));
  return hash.update(image).digest('base64url');
}

const short = (revision: string) => revision.slice(0, 12);

/** Data URIs are long, and names may hold line breaks and what a terminal obeys. */
export function shown(name: string): string {
  return oneLine(name.length > 200 ? `${name.slice(0, 80)}…` : name);
}

function oneLine(text: string): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, code);
}
