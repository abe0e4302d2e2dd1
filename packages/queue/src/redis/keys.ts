import { type Task, taskNames } from '@blipq/contracts';
import type { QueueAddress } from './redis-client.js';

export type QueueKeys = ReturnType<typeof queueKeys>;

/**
 * The keys of one queue that are used outside of scripts; keys.lua has the others, the README all. They share the hash
 * tag `{queue}`, so that scripts and transactions over them run on one node of a cluster.
 */
export function queueKeys({ namespace = 'blipq', queue = 'captions' }: Omit<QueueAddress, 'redisUrl'>) {
  const root = `${namespace}:{${queue}}`;
  return {
    root,
    /** BullMQ's prefix; its keys are `<prefix>:<name>:…`, where `jobsOf` makes the name. */
    bullPrefix: `${root}:jobs`,
    /** Hash: everything about one caption. */
    record: (id: string) => `${root}:record:${id}`,
    /** String: u8 [S, S, 3] pixels. `name` is the record's `pixels` field. */
    pixels: (name: string) => `${root}:pixels:${name}`,
    /** Hash: one batch. */
    batch: (id: string) => `${root}:batch:${id}`,
    /** Hash: of each item of a batch what became of it when it was submitted, by its index. */
    batchItems: (id: string) => `${root}:batch-items:${id}`,
    /** List: `<index> <id>` of what has ended of a batch, in that order; no id where an item was refused. */
    batchResults: (id: string) => `${root}:batch-results:${id}`,
    /** String: the tenant of a caption or batch; outlives it by a week. */
    gone: (id: string) => `${root}:gone:${id}`,
    /** String: JSON of a caption result that may be given again. */
    result: (hash: string) => `${root}:result:${hash}`,
    /** Pub/sub channel: `<id> <state> <version>` at every change of a caption, `<batch id> progressed 0`, `<batch id> completed 0`. */
    states: `${root}:states`,
    /** Pub/sub channel: ids of running captions that are to be aborted. */
    cancels: `${root}:cancels`,
  };
}

/**
 * Name of the BullMQ queue of a model's jobs: each model has its own, so that workers take no jobs of another model's.
 * A revision has none: a model's new checkpoint goes on with the jobs of the old one.
 */
export function jobsOf(task: Task, model: string): string {
  return `${taskNames[task].collection}.${encodeURIComponent(model)}`;
}

/** The model whose jobs a queue of this name has. */
export function modelOfJobs(name: string): string {
  return decodeURIComponent(name.slice(name.indexOf('.') + 1));
}

export function modelKeys(namespace = 'blipq') {
  const root = `${namespace}:{models}`;
  return {
    root,
    /** Hash: model name → manifest JSON. */
    manifests: `${root}:manifests`,
    /** String: tokenizer.json by the hash of its bytes. */
    tokenizer: (sha256: string) => `${root}:tokenizer:${sha256}`,
  };
}
