import type { QueueAddress } from './redis.js';

export type QueueKeys = ReturnType<typeof queueKeys>;

/**
 * All keys of one queue. They share the hash tag `{queue}`, so that scripts and transactions over them run on one node
 * of a cluster.
 */
export function queueKeys({ namespace = 'blipq', queue = 'captions' }: Omit<QueueAddress, 'redisUrl'>) {
  const root = `${namespace}:{${queue}}`;
  return {
    /** BullMQ's prefix and queue name; its keys are `<prefix>:<name>:…`. */
    bullPrefix: root,
    bullName: 'jobs',
    /** Hash: everything about one caption. */
    record: (id: string) => `${root}:record:${id}`,
    /** String: u8 [S, S, 3] pixels. `name` is the record's `pixels` field. */
    pixels: (name: string) => `${root}:pixels:${name}`,
    /** Sorted set: captions that have not ended, by the time (ms) of the reconciler's next look at them. */
    open: `${root}:open`,
    /** Pub/sub channel: `<id> <state>` at every change of state. */
    states: `${root}:states`,
    /** BullMQ's own: the lock of a running job holds the token of the worker that runs it. */
    jobLock: (id: string) => `${root}:jobs:${id}:lock`,
    job: (id: string) => `${root}:jobs:${id}`,
    jobsPrioritized: `${root}:jobs:prioritized`,
  };
}

export function modelKeys(namespace = 'blipq') {
  const root = `${namespace}:{models}`;
  return {
    /** Hash: model name → manifest JSON. */
    manifests: `${root}:manifests`,
    /** String: tokenizer.json by the hash of its bytes. */
    tokenizer: (sha256: string) => `${root}:tokenizer:${sha256}`,
  };
}
