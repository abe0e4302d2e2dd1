import { type BatchItem, Blipq, BlipqError } from '@blipq/client';
import { ItemError } from '../inputs/item.js';
import type { ImageOutcome } from '../outputs/outcome.js';
import { RunError } from '../run-error.js';
import { serverTrouble } from '../server-trouble.js';
import { AdaptiveRoom } from './adaptive-room.js';
import { BatchJournal } from './batch-journal.js';
import type { Captioner, RunRequest } from './captioner.js';
import { UrlBatches } from './url-batches.js';

export interface ServerOptions {
  server: string;
  apiKey: string | undefined;
  asked: RunRequest;
  concurrency: number | 'auto';
  /** How long a server that is away is waited for at the start. */
  firstRetryForMs: number;
  /** The same from then on. */
  retryForMs: number;
}

/** What the model does that is asked for. */
const tasks = {
  captions: { task: 'captioning', does: 'captions images' },
  answers: { task: 'question_answering', does: 'answers questions' },
  matches: { task: 'image_text_retrieval', does: 'matches texts with images' },
} as const;

/** Refusals of everything that is sent as this is. */
const ofEveryImage = ['unauthorized', 'forbidden', 'unknown_model', 'invalid_params', 'match_unavailable'];
/** What passes by itself, and did not while it was waited for. */
const away = [
  'connection_failed',
  'bad_response',
  'queue_unavailable',
  'model_unavailable',
  'shutting_down',
  'queue_full',
];
/** How something ended under a key before; it may end otherwise under another. */
const endedBefore = ['canceled', 'expired', 'result_expired'];

const midway = '; then run this again with --resume';

/** Captions by a BlipQ server. */
export class ServerCaptioner implements Captioner {
  readonly model: Captioner['model'];
  readonly #blipq: Blipq;
  readonly #options: ServerOptions;
  readonly #room: AdaptiveRoom;
  #urls: UrlBatches;

  private constructor(blipq: Blipq, options: ServerOptions, room: AdaptiveRoom, model: Captioner['model']) {
    this.#blipq = blipq;
    this.#options = options;
    this.#room = room;
    this.model = model;
    this.#urls = this.#urlBatches('', new BatchJournal(undefined, false));
  }

  begin({ run, resume, batches }: Parameters<NonNullable<Captioner['begin']>>[0]): void {
    this.#urls = this.#urlBatches(run, new BatchJournal(batches, resume));
  }

  #urlBatches(run: string, journal: BatchJournal): UrlBatches {
    return new UrlBatches({ batches: this.#blipq.batches, run, journal, retryForMs: this.#options.retryForMs });
  }

  /** Asks the server which model there is; all images get that one. @throws RunError; the signal's reason */
  static async connect(options: ServerOptions, signal: AbortSignal): Promise<ServerCaptioner> {
    const { server, apiKey, asked, firstRetryForMs, retryForMs } = options;
    const room = new AdaptiveRoom();
    const watched: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (answer.status === 429 || answer.status === 503) room.refused();
      return answer;
    };
    const asking = new Blipq({ server, apiKey, retryForMs: firstRetryForMs }).models({ signal });
    const models = await asking.catch((error) => {
      throw serverTrouble(error, server);
    });
    const { task, does } = tasks[asked.kind];
    const named = asked.request.model;
    const found = models.find((one) => (named === undefined ? one.task === task && !one.retired : one.id === named));
    if (found === undefined) {
      const there = models.map((one) => one.id).join(', ') || 'none yet';
      const missing = named === undefined ? `has no model that ${does}` : `has no model ${named}`;
      throw new RunError(`${server} ${missing}; it serves ${there}: name one with --model`);
    }
    if (found.task !== task) throw new RunError(`${found.id} is no model that ${does}; name another with --model`, 2);
    const blipq = new Blipq({ server, apiKey, retryForMs, fetch: watched });
    return new ServerCaptioner(blipq, options, room, {
      model: found.id,
      revision: found.revision,
      note: found.model_note,
    });
  }

  room(): number {
    const { concurrency } = this.#options;
    return concurrency === 'auto' ? this.#room.size + Math.min(this.#urls.size, UrlBatches.imagesMax) : concurrency;
  }

  async caption(image: Uint8Array | string, key: string, signal: AbortSignal): Promise<ImageOutcome> {
    const { asked, server } = this.#options;
    const request = { ...asked.request, model: this.model.model };
    for (let attempt = 0; ; attempt++) {
      const idempotencyKey = attempt === 0 ? key : `${key} ${attempt}`;
      try {
        if (typeof image === 'string' && /^https?:/i.test(image)) {
          const item = { ...request, image: { url: image } } as BatchItem;
          return (await this.#urls.caption(item, idempotencyKey, signal)) as ImageOutcome;
        }
        const options = { ...request, idempotencyKey, signal } as never;
        const made = await this.#blipq[asked.kind].run(image, options);
        const { timings } = made;
        if (timings) this.#room.done(timings.queue_ms, timings.inference_ms);
        return made as ImageOutcome;
      } catch (error) {
        if (!(error instanceof BlipqError)) throw error;
        if (attempt < 2 && mayEndOtherwise(error)) continue;
        if (away.includes(error.code) || ofEveryImage.includes(error.code)) throw serverTrouble(error, server, midway);
        throw new ItemError(error.code, error.message, { cause: error });
      }
    }
  }

  async close(): Promise<void> {}
}

/** Whether the work of an image has ended as it may not end again. A server fetches an image of a batch several times. */
function mayEndOtherwise({ code, retryable, status }: BlipqError): boolean {
  if (endedBefore.includes(code)) return true;
  return retryable && status === undefined && code !== 'connection_failed' && !code.startsWith('fetch_');
}
