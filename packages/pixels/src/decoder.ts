import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type DecodeReply, type DecodeRequest, replyHeadBytes, requestHead } from './decoder-messages.js';
import { deferred } from './deferred.js';
import type { ImageLimits } from './limits.js';
import { openPixelFile, readPixels } from './pixel-file.js';

const entry = fileURLToPath(new URL('../dist/decoder-process.js', import.meta.url));
/** A small heap, few threads and little that the allocator keeps: what a decoder holds is the image's. */
const nodeOptions = ['--expose-gc', '--max-old-space-size=64', '--v8-pool-size=1'];
/** Nothing of the parent's environment: its secrets are not for a process that strangers' bytes reach. */
const environment = {
  ...{ MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '4194304', MALLOC_MMAP_THRESHOLD_: '1048576' },
  ...{ UV_THREADPOOL_SIZE: '1', VIPS_WARNING: '1', NODE_NO_WARNINGS: '1' },
};
const complaintChars = 2000;
/** A process that has not loaded by then never will. */
const loadMsMax = 60_000;
/** How much longer an image may take, by the clock, where other programs keep the processor from its process. */
const busyFactor = 4;
/** Least time between two looks at the time that it has had. */
const lookEveryMs = 50;
/** Linux's USER_HZ. */
const tickMs = 10;

export type DecodeOutcome =
  | { readonly reply: DecodeReply; readonly rgb: Uint8Array }
  /** The process is gone, and the image with it. */
  | { readonly lost: 'too slow' | 'died'; readonly cause: string };

/** One decoder process: an image at a time, ended when one takes too long. */
export class Decoder {
  readonly #child: ChildProcess;
  readonly #decodeMs: number;
  readonly #input: Socket | undefined;
  /** Its pipes; none where no file descriptor was left for them. */
  readonly #pipes: Socket[];
  #complaints = '';
  readonly #replies = new ReplyReader();
  readonly #file: number | null;
  #current: { size: number; settle: (outcome: DecodeOutcome) => void } | undefined;
  /** Time on processors that it had had when it replied last, in milliseconds. */
  #cpuMsBefore = 0;
  /** What becomes of every image once the process is gone, also while it had none in hand. */
  #lost: Extract<DecodeOutcome, { lost: string }> | undefined;
  #slow = false;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** Resolves when it has loaded, false when it ended before. */
  readonly ready: Promise<boolean>;

  /** @param file what it leaves pixels in, its own from now on; null: they come through the pipe */
  constructor(limits: ImageLimits, file: number | null = openPixelFile()) {
    this.#decodeMs = limits.decodeS * 1000;
    this.#file = file;
    const args = [...nodeOptions, entry, JSON.stringify(limits), file === null ? 'pipe' : 'file'];
    this.#child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe', ...(file === null ? [] : [file])],
      env: environment,
    });
    const { stdin, stdout, stderr } = this.#child;
    this.#input = (stdin as Socket | null) ?? undefined;
    this.#pipes = [stdin, stdout, stderr].flatMap((pipe) => (pipe as Socket | null) ?? []);
    // A process that dies while it is written to is noticed by its end.
    stdin?.on('error', () => {});
    stderr?.on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-complaintChars);
    });
    const ready = deferred<boolean>();
    this.ready = ready.promise;
    stdout?.on('data', (chunk: Buffer) => this.#read(chunk, ready.resolve));
    this.ended = new Promise((resolve) => {
      const end = (cause: string) => {
        ready.resolve(false);
        this.#lost ??= { lost: this.#slow ? 'too slow' : 'died', cause: `${cause} ${this.#complaints}`.trim() };
        this.#settle(this.#lost);
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('close', (code, signal) => end(`The decoder ended with ${signal ?? code}.`));
    });
    void this.ended.then(() => file !== null && closeSync(file));
    this.#keepAlive(false);
  }

  async decode(request: DecodeRequest): Promise<DecodeOutcome> {
    if (this.#lost) return this.#lost;
    this.#keepAlive(true);
    const outcome = deferred<DecodeOutcome>();
    this.#current = { size: request.size, settle: outcome.resolve };
    this.#input?.cork();
    this.#input?.write(requestHead(request));
    this.#input?.write(request.bytes);
    this.#input?.uncork();
    // The time that a process takes to load is not the image's.
    let clock = setTimeout(() => this.#kill(), loadMsMax);
    void this.ready.then(() => {
      clearTimeout(clock);
      if (this.#current?.settle !== outcome.resolve) return;
      const [began, before] = [performance.now(), this.#cpuMsBefore];
      const look = () => {
        const used = this.#cpuMs() - before;
        const isOver = used >= this.#decodeMs || performance.now() - began >= busyFactor * this.#decodeMs;
        if (isOver || Number.isNaN(used)) this.#kill();
        else clock = setTimeout(look, Math.max(this.#decodeMs - used, lookEveryMs));
      };
      clock = setTimeout(look, this.#decodeMs);
    });
    try {
      return await outcome.promise;
    } finally {
      clearTimeout(clock);
      this.#keepAlive(false);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it after the image in hand. */
  async stop(): Promise<void> {
    this.#keepAlive(true);
    this.#input?.end();
    await this.ended;
  }

  /** Time on processors that it has had, in milliseconds; not a number where the system does not say. */
  #cpuMs(): number {
    try {
      const [user, system] = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
      return (Number(user) + Number(system)) * tickMs;
    } catch {
      return Number.NaN;
    }
  }

  #kill(): void {
    this.#slow = true;
    this.#child.kill('SIGKILL');
  }

  #read(chunk: Buffer, ready: (ready: boolean) => void): void {
    for (const whole of this.#replies.add(chunk)) {
      this.#cpuMsBefore = whole.reply.cpuMs ?? 0;
      if (whole.reply.status === 'ready') ready(true);
      else this.#settle(this.#withPixels(whole));
    }
  }

  #withPixels(whole: Extract<DecodeOutcome, { rgb: Uint8Array }>): DecodeOutcome {
    if (!whole.reply.inFile) return whole;
    try {
      return { ...whole, rgb: readPixels(this.#file!, 3 * this.#current!.size ** 2) };
    } catch (error) {
      this.#child.kill('SIGKILL');
      return { lost: 'died', cause: (error as Error).message };
    }
  }

  #settle(outcome: DecodeOutcome): void {
    this.#current?.settle(outcome);
    this.#current = undefined;
  }

  /** Idle decoders do not keep a process from ending. */
  #keepAlive(alive: boolean): void {
    const method = alive ? 'ref' : 'unref';
    for (const handle of [this.#child, ...this.#pipes]) handle[method]();
  }
}

/** Puts the pieces of replies together. */
class ReplyReader {
  #head: Buffer = Buffer.alloc(0);
  #json = 0;
  /** JSON and pixels of the reply that is coming in; empty while its head is. */
  #body: Uint8Array = new Uint8Array();
  #filled = 0;

  *add(chunk: Buffer): Generator<{ reply: DecodeReply; rgb: Uint8Array }> {
    for (let rest = chunk; rest.length > 0; ) {
      rest = this.#body.length === 0 ? this.#addHead(rest) : this.#addBody(rest);
      if (this.#body.length === 0 || this.#filled < this.#body.length) continue;
      const reply = JSON.parse(Buffer.from(this.#body.buffer, 0, this.#json).toString());
      yield { reply, rgb: this.#body.subarray(this.#json) };
      this.#body = new Uint8Array();
    }
  }

  #addHead(chunk: Buffer): Buffer {
    const missing = replyHeadBytes - this.#head.length;
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, missing)]);
    if (this.#head.length === replyHeadBytes) {
      this.#json = this.#head.readUInt32LE(0);
      // In memory of its own, which all of it fills.
      this.#body = Buffer.allocUnsafeSlow(this.#json + this.#head.readUInt32LE(4));
      this.#head = Buffer.alloc(0);
      this.#filled = 0;
    }
    return chunk.subarray(missing);
  }

  #addBody(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#body.length - this.#filled);
    this.#body.set(part, this.#filled);
    this.#filled += part.length;
    return chunk.subarray(part.length);
  }
}
