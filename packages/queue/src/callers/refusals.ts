import { createHash } from 'node:crypto';
import { BlipqError } from '@blipq/contracts';
import type { Objection } from './scripts/objection.js';

const waitingFull = {
  code: 'queue_full',
  detail: 'Too many images are waiting to be fetched. Submit the item later.',
  retryable: true,
} as const;
/** What is said of items of a batch that there is no room for. */
export const noRoom = {
  full: waitingFull,
  memory_full: { ...waitingFull, detail: 'Redis has too little memory left for new work. Submit the item later.' },
  tenant_full: {
    code: 'tenant_queue_full',
    retryable: true,
    detail: 'Too much work of this key is waiting. Submit the item later.',
  },
} as const;

/** The error for a submission that is refused. */
export function refusalError(refusal: Exclude<Objection, { status: 'replayed' }>): BlipqError {
  switch (refusal.status) {
    case 'in_progress':
      return new BlipqError('idempotency_in_progress', 'The first request with this key is still being stored.', {
        retryAfterS: 1,
      });
    case 'reused':
      return new BlipqError('idempotency_key_reused', 'This key or id was used for another request. Use a new one.');
    case 'gone':
      return resultExpired();
    case 'input_gone':
      return new BlipqError('input_expired', 'The image of this caption is gone. Submit it again.');
    case 'batch_sealed':
      return new BlipqError('already_terminal', 'This batch takes no more items.');
    case 'full':
      return new BlipqError('queue_full', 'The queue is full. Try again later.', { retryAfterS: refusal.retryAfterS });
    case 'memory_full':
      return new BlipqError('queue_full', 'Redis has too little memory left for new work. Try again later.', {
        retryAfterS: refusal.retryAfterS,
      });
    case 'tenant_full':
      return new BlipqError('tenant_queue_full', 'Too many captions of this key are waiting. Try again later.', {
        retryAfterS: refusal.retryAfterS,
      });
  }
}

export function resultExpired(): BlipqError {
  return new BlipqError('result_expired', 'It was deleted, or its retention time has passed.');
}

/** Pixels that were stored a moment ago are not there: the clock of Redis stepped ahead, or it lost them. */
export function pixelsLost(): BlipqError {
  return new BlipqError('queue_unavailable', 'The queue has lost the image while it was stored. Try again.', {
    retryAfterS: 1,
  });
}

/** Names the entry of a tenant's idempotency key. */
export function idempotencyHash(tenant: string, key: string): string {
  return createHash('sha256').update(`${tenant}\0${key}`).digest('hex');
}
