import { onAbort } from './on-abort.js';

/** A server sends at least a comment or an empty line every 15 s, so one that is silent for longer is gone. */
const silenceMaxMs = 45_000;

/**
 * The texts that a stream has between separators.
 *
 * @throws what breaks the stream off, and the signal's reason
 */
export async function* pieces(
  stream: ReadableStream<Uint8Array>,
  separator: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let silent = false;
  const leave = () => reader.cancel().catch(() => {});
  const forget = onAbort(signal, leave);
  try {
    for (;;) {
      const timer = setTimeout(() => {
        silent = true;
        void leave();
      }, silenceMaxMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      signal?.throwIfAborted();
      if (silent) throw new Error('silence');
      if (done) return;
      const whole = (text + decoder.decode(value, { stream: true })).split(separator);
      text = whole.pop()!;
      yield* whole;
    }
  } finally {
    forget();
    await leave();
  }
}
