const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Pauses before each attempt, the first included, in milliseconds: ten attempts over some three days, as Standard
 * Webhooks recommends.
 */
export const retryScheduleMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Each pause is up to a fifth shorter or longer, so that what failed together does not come back together. */
const jitter = 0.2;
/** A receiver may ask for a longer pause than the schedule's, but not for more than a day. */
const retryAfterMaxMs = 24 * hour;

export interface RetryPauseOptions {
  scheduleMs?: readonly number[];
  /** What the receiver asked for. */
  retryAfterMs?: number;
  /** 0 to 1. Default: random. */
  chance?: number;
}

/**
 * How long to wait after the given number of attempts, in milliseconds, or undefined when there are no more.
 */
export function retryPauseMs(
  attempts: number,
  { scheduleMs = retryScheduleMs, retryAfterMs = 0, chance = Math.random() }: RetryPauseOptions = {},
): number | undefined {
  const pause = scheduleMs[attempts];
  if (pause === undefined) return undefined;
  const jittered = pause * (1 - jitter + 2 * jitter * chance);
  return Math.round(Math.max(jittered, Math.min(retryAfterMs, retryAfterMaxMs)));
}

/** A `Retry-After` header in milliseconds from now: seconds or a date. Undefined when there is none that makes sense. */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  // Date.parse takes far more for a date than HTTP does.
  const date = /GMT\s*$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
