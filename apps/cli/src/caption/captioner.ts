import type { ImageOutcome } from '../outputs/outcome.js';

/** What captions images: a server, or an engine of this process. */
export interface Captioner {
  /** What it captions with, as far as is known before the first image; `note`: what the model's card says that it knows. */
  readonly model: { model: string; revision: string; note?: string | null | undefined };
  /** How many images may be on their way at once, now. */
  room(): number;
  /**
   * @param image its bytes, or a URL that a server fetches
   * @param key the same for the same image of the same run
   * @throws ItemError for what concerns this image, RunError for what concerns them all; the signal's reason
   */
  caption(image: Uint8Array | string, key: string, signal: AbortSignal): Promise<ImageOutcome>;
  /** Told before the first image what run this is, and where it may keep what a resumption needs. */
  begin?(run: { run: string; resume: boolean; batches: string | undefined }): void;
  close(): Promise<void>;
}

/** What is asked about every image, in the words of the API's JSON requests, without the image. */
export interface RunRequest {
  kind: 'captions' | 'answers' | 'matches';
  request: Record<string, unknown>;
}
