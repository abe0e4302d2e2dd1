import type { Task } from '@blipq/contracts';
import type { FaultName } from './fault-kinds.js';
import type { ImageSource } from './image-source.js';
import type { Result } from './result.js';
import type { SceneKind } from './scene.js';

/** A state of a caption, an answer or a match that somebody was told of. */
export interface Sighting {
  /** Milliseconds since the beginning of the run. */
  at: number;
  by: 'submit' | 'get' | 'wait' | 'events' | 'cancel' | 'sweep';
  /** `missing`: the answer was 404; `expired_record`: 410. */
  state: string;
  version: number;
  attempt: number;
  result: Result | null;
  /** Problem code of a caption that failed. */
  error: string | null;
}

/** What was told of something while Redis did what it then lost: true at the time, and nobody is held to it. */
export interface Undone {
  /** It was acknowledged then, and may be gone. */
  acknowledged: boolean;
  /** Its webhook was taken then, and may come again or not. */
  taken: boolean;
  sightings: readonly Pick<Sighting, 'state' | 'version'>[];
}

/** A webhook about a caption, an answer or a match that reached a receiver. */
export interface Message {
  at: number;
  /** `webhook-id` */
  id: string;
  subject: string;
  state: string;
  result: Result | null;
  /** What it was answered with; null for no answer. */
  answered: number | null;
}

/** All that is known of one acknowledged caption, answer or match. Times are milliseconds since the beginning of the run. */
export interface CaptionHistory {
  id: string;
  /** Name of the request that made it. */
  request: string;
  tenant: string;
  round: number;
  scene: number;
  /** Where its image was to be fetched from, if it was named by URL. */
  source?: ImageSource;
  kind: SceneKind;
  /** When it was first sent. */
  sentAt: number;
  acknowledgedAt: number;
  timeoutS: number | null;
  /** Whether a webhook was asked for. */
  webhook: boolean;
  /** Set by the checker. */
  undone?: Undone;
  cancels: { at: number; status: number }[];
  deletedAt: number | null;
  sightings: Sighting[];
  messages: Message[];
}

/** How a batch was, for somebody who asked or was told. */
export interface BatchSighting {
  at: number;
  by: 'submit' | 'get' | 'sweep' | 'webhook';
  /** `missing`: the answer was 404 or 410. */
  state: string;
  refused: number;
  /** Accepted items by their state. */
  counts: Record<string, number>;
}

/** All that is known of one acknowledged batch. Its items are among the captions. */
export interface BatchHistory {
  id: string;
  request: string;
  tenant: string;
  round: number;
  sentAt: number;
  acknowledgedAt: number;
  webhook: boolean;
  undone?: Undone;
  /** Items that were sent. */
  total: number;
  /** Ids of those that were accepted, and the codes that the others were refused with. */
  accepted: string[];
  refusals: string[];
  sightings: BatchSighting[];
  messages: (BatchSighting & Pick<Message, 'id' | 'answered'>)[];
}

/** A fault that was carried out. */
export interface FaultHistory {
  round: number;
  kind: FaultName;
  target: string;
  /** What the worker's model does, if it was one worker that was struck. */
  task: Task | null;
  beganAt: number;
  endedAt: number;
  /** Milliseconds until work flowed again; null when it did not. */
  recoveryMs: number | null;
  /** Since when Redis has lost what it did until the fault's end, if it has. */
  undoneFrom?: number;
}

/** A try that did not get the answer that it was for: refused, cut off or without an answer. */
export interface FailedTry {
  at: number;
  what: string;
  /** Whether somebody waited no longer: the caller for an answer, or a gateway for Redis. */
  isLate?: true;
}

/** A 503 because Redis did not answer. */
export interface Refusal {
  at: number;
  /** Milliseconds from the request to this answer. */
  tookMs: number;
  /** Of a batch. */
  batch: boolean;
}

/** All that happened in a run, as far as it could be seen from outside. */
export interface History {
  /** What is right for each scene. */
  expected: Result[];
  /** Answers and matches, too. */
  captions: CaptionHistory[];
  batches: BatchHistory[];
  /** Ids that were acknowledged under one identity: a key, or an id that was put. */
  identities: Record<string, string[]>;
  faults: FaultHistory[];
  failedTries: FailedTry[];
  refusals: Refusal[];
  /** Answers that no request may get. */
  oddities: FailedTry[];
  /** Names of requests that were never acknowledged. */
  givenUp: string[];
  /** Processes that ended although nobody had them end, and webhooks that nobody should have got. */
  collapses: string[];
  /** What is left in Redis that should not be. */
  leftovers: string[];
}
