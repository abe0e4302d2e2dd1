/** Builds a model's graphs, unless they are there, in a process of its own. */
import { type PrepareOptions, prepareModel } from '@blipq/blip';
import { answer } from './ask-process.js';

export interface PrepareReport {
  folder: string;
  /** Whether there was anything to build. */
  built: boolean;
  /** From the start of the process. */
  ms: number;
}

answer(
  async (order: Pick<PrepareOptions, 'checkpoint' | 'cacheDir' | 'precision' | 'threads'>): Promise<PrepareReport> => {
    let built = false;
    const folder = await prepareModel({
      ...order,
      onProgress: ({ phase }) => {
        built ||= phase === 'encoder';
      },
    });
    return { folder, built, ms: performance.now() };
  },
);
