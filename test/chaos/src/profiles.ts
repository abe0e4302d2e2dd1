import type { Task } from '@blipq/contracts';
import { type FaultName, faultNames } from './fault-kinds.js';

/** How much of everything there is in a run. */
export interface Profile {
  /** Faults, one a round. Each kind comes before any comes again. */
  rounds: number;
  kinds: readonly FaultName[];
  /** Submissions of one round, and the time over which they are spread, in milliseconds. */
  requests: number;
  /** Batches of one round, which come beside them. */
  batches: number;
  spreadMs: number;
  /** Scales the durations of faults, and how many messages receivers fail at: five in a row cost half a minute. */
  haste: number;
  gateways: number;
  /** What each worker's model does. */
  workers: readonly Task[];
  notifiers: number;
  receivers: number;
  /** Callers with keys and webhooks of their own, who share the load. */
  tenants: number;
  /** Different questions, each an image with a prompt and parameters. */
  scenes: number;
  /** How long the image of a caption that did not succeed is kept, in seconds; the last check waits for it. */
  retryWindowS: number;
  /** Whether a recovery beyond its kind's limit is a violation: not on a machine that has other things to do. */
  timed: boolean;
}

/** Two that share their work, and one for each of the other models. */
const workers = ['captioning', 'captioning', 'question_answering', 'image_text_retrieval'] as const;

export const profiles = {
  /** For every test run: the kinds of fault that are over quickly. */
  short: {
    rounds: 10,
    kinds: [
      'worker-kill',
      'engine-kill',
      'engine-hang',
      'worker-restart',
      'all-workers-freeze',
      'gateway-kill',
      'gateway-restart',
      'redis-kill',
      'redis-full',
      'receiver-500',
    ],
    requests: 20,
    batches: 1,
    spreadMs: 1500,
    haste: 0.2,
    gateways: 2,
    workers,
    notifiers: 1,
    receivers: 2,
    tenants: 2,
    scenes: 24,
    retryWindowS: 2,
    timed: false,
  },
  long: {
    rounds: 160,
    kinds: faultNames,
    requests: 30,
    batches: 1,
    spreadMs: 3000,
    haste: 1,
    gateways: 2,
    workers,
    notifiers: 2,
    receivers: 3,
    tenants: 4,
    scenes: 150,
    retryWindowS: 30,
    timed: true,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
