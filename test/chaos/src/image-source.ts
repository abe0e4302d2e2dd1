import type { Random } from '@blipq/test-servers';

/**
 * Where the image of an item is: on a web server that answers, on one that takes its time, on one that has no such image
 * (404), or on one that nobody listens at.
 */
export type ImageSource = 'good' | 'slow' | 'missing' | 'dead';

/** Codes that an item fails with whose image is there; none where it can be fetched. */
export const fetchFailures = {
  good: [],
  slow: [],
  missing: ['fetch_failed'],
  dead: ['fetch_failed', 'fetch_timeout'],
} as const satisfies Record<ImageSource, readonly string[]>;

const mixture: readonly ImageSource[] = ['good', 'good', 'good', 'good', 'slow', 'slow', 'missing', 'dead'];

export const imageSource = (random: Random): ImageSource => random.pick(mixture);
