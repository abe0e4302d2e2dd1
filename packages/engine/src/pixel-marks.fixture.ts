import type { CaptionRow } from '@blipq/blip';

/** What the fixture's model does on a row, by the row's first byte. */
export const marks = {
  /** Captions it. */
  plain: 0,
  /** Ends the process as a native crash would. */
  crash: 1,
  /** Never returns, and blocks the thread. */
  hang: 2,
  throw: 3,
  /** Blocks the thread in the named pipe that is the prompt, until a writer of that pipe has come and gone. */
  hold: 4,
  /** Opens the named pipe that is the prompt for writing, and hangs: its reader learns of the process's end. */
  hangHoldingPipe: 5,
  /** Returns a score that is not a number. */
  notANumber: 6,
  /** Finds no memory, in a batch of whatever size. */
  outOfMemory: 7,
} as const;

/** A row of 1×1 pixels: its mark, its tag (which the caption repeats), and an unused byte. */
export function row(tag: number, mark: keyof typeof marks = 'plain', prompt: string | null = null): CaptionRow {
  return { pixels: Uint8Array.of(marks[mark], tag, 0), prompt, params: { maxNewTokens: 20, minNewTokens: 0 } };
}
