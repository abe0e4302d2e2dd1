import { setTimeout as delay } from 'node:timers/promises';
import type { BatchResource, BatchResult, CaptionResource } from '@blipq/contracts';
import type { DifferentImages } from './different-images.js';
import type { SoakSystem } from './soak-system.js';

/** How often items ended in which way: a state, or the code of an error. */
export type Endings = Map<string, number>;

export interface Submitted {
  batch: BatchResource;
  /** Until the answer was there. */
  ms: number;
}

/** Times of captions one after the other, in ms. */
export interface Waits {
  /** From the submission until the caption was created; its image is received and decoded. */
  accepted: number[];
  /** In the queue. */
  queued: number[];
  /** By its worker, until the result was written. */
  made: number[];
  /** From there to the answer. */
  answered: number[];
  /** From the submission to the result. */
  whole: number[];
  /** Submissions that were refused, or captions that failed. */
  failed: string[];
}

export function noWaits(): Waits {
  return { accepted: [], queued: [], made: [], answered: [], whole: [], failed: [] };
}

/** Who uses the system: one key with batches, another with captions now and then. */
export class BulkCallers {
  readonly #system: SoakSystem;
  /** The number of the next image of `timeOthers`: none of a batch has it. */
  #n = 10_000_000;

  constructor(system: SoakSystem) {
    this.#system = system;
  }

  async #ask(key: 'bulk' | 'other', path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#system.secrets.get(key)}` };
    return await fetch(this.#system.url + path, { ...init, headers });
  }

  /** Sends a batch of lines of NDJSON. @throws Error when it is refused */
  async submit(body: string | ReadableStream): Promise<Submitted> {
    const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body, duplex: 'half' as const };
    const startedMs = performance.now();
    const answer = await this.#ask('bulk', '/v1/batches', init);
    const batch = (await answer.json()) as BatchResource;
    if (answer.status !== 202) throw new Error(`a batch was answered ${answer.status}: ${JSON.stringify(batch)}`);
    return { batch, ms: performance.now() - startedMs };
  }

  /** Every result of a batch, to its end. `seen`: told of each. @throws Error for an item that has two */
  async results({ id, total, links }: BatchResource, seen: () => void): Promise<Endings> {
    const indices = new Set<number>();
    const endings: Endings = new Map();
    let twice = false;
    for (let cursor = '0'; indices.size < total; ) {
      const answer = await this.#ask('bulk', `${links.results}?cursor=${cursor}`, { headers: { prefer: 'wait=30' } });
      try {
        for await (const line of linesOf(answer)) {
          if (line === '') continue;
          const result = JSON.parse(line) as BatchResult;
          twice ||= indices.has(result.index);
          indices.add(result.index);
          seen();
          cursor = result.cursor;
          const how = result.error?.code ?? result.status;
          endings.set(how, (endings.get(how) ?? 0) + 1);
        }
      } catch {
        // It broke off, or Redis was too busy: what follows is asked for again.
        await delay(1000);
      }
    }
    if (twice) throw new Error(`an item of ${id} ended twice`);
    return endings;
  }

  /** Captions of the other key, one every half second, until it is told to stop. */
  async timeOthers(images: DifferentImages, over: AbortSignal): Promise<Waits> {
    const waits = noWaits();
    while (!over.aborted) {
      const headers = { 'content-type': 'image/png', prefer: 'wait=60' };
      const body = new Uint8Array(images.nth(this.#n));
      this.#n += 1;
      // Redis, whose clock the times of captions are of, runs on this machine.
      const startedMs = Date.now();
      const answer = await this.#ask('other', '/v1/captions', { method: 'POST', headers, body });
      const caption = (await answer.json()) as CaptionResource;
      const endedMs = Date.now();
      if (caption.state === 'succeeded') {
        const { queue_ms, total_ms } = caption.timings!;
        waits.accepted.push(Date.parse(caption.created_at) - startedMs);
        waits.queued.push(queue_ms);
        waits.made.push(total_ms - queue_ms);
        waits.answered.push(endedMs - Date.parse(caption.finished_at!));
        waits.whole.push(endedMs - startedMs);
      } else waits.failed.push(JSON.stringify(caption));
      await delay(500, undefined, { signal: over }).catch(() => undefined);
    }
    return waits;
  }
}

/** @throws Error for an answer that is an error, or that breaks off */
async function* linesOf(answer: Response): AsyncGenerator<string> {
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
    const whole = (text + decoder.decode(piece, { stream: true })).split('\n');
    text = whole.pop()!;
    yield* whole;
  }
}
