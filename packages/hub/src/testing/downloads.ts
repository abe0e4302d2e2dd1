import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect } from 'vitest';
import { HubError } from '../hub-error.js';
import { type ResolveOptions, resolveModel } from '../resolve-model.js';
import { filesOf, HubServer } from './hub-server.js';

/** The files of a small model in two shards. */
export const caption = filesOf(fileURLToPath(new URL('../../../../test/reference/caption-sharded', import.meta.url)));
/** The larger shard. */
export const file = 'model-00002-of-00002.safetensors';
export const weights = caption[file]!;

export const isWeights = (path: string) => path.startsWith('/store/') && path.endsWith(file);

/** A Hub and an empty cache, new for each test of a file. */
export class Downloads {
  hub!: HubServer;
  cacheDir!: string;

  static forEachTest(): Downloads {
    const downloads = new Downloads();
    beforeEach(async () => {
      downloads.hub = await HubServer.start();
      downloads.cacheDir = mkdtempSync(join(tmpdir(), 'blipq-download-test-'));
    });
    afterEach(async () => {
      await downloads.hub.stop();
      rmSync(downloads.cacheDir, { recursive: true, force: true });
    });
    return downloads;
  }

  /** Where the cache keeps the content of the model's files. */
  get blobs(): string {
    return join(this.cacheDir, 'models--owner--name', 'blobs');
  }

  resolve(options: ResolveOptions = {}, name = 'owner/name') {
    const { hub, cacheDir } = this;
    return resolveModel(name, { endpoint: hub.endpoint, cacheDir, retryDelayMs: 1, ...options });
  }

  /** What the file store was asked for of the large file. */
  stored() {
    return this.hub.requestsFor(file).filter(({ host }) => host === 'store');
  }
}

export async function failure(resolving: Promise<unknown>): Promise<HubError> {
  const error = await resolving.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
}
