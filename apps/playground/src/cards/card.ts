import { BlipqError, type Kind, type Resources } from '@blipq/client';
import type { CardRequest } from './wishes.js';

/** At one go; a folder of thousands is for the command. */
export const imagesMax = 100;

/** An image that somebody gave: a file, or where the server finds it. */
export interface GivenImage {
  name: string;
  source: Blob | string;
}

/** Why there is no result, in the server's words. */
export interface Trouble {
  code: string;
  detail: string;
  /** The fields that are wrong. */
  errors: { field: string; message: string }[];
}

/** One image and what became of it. */
export interface Card {
  /** Sorts by time. */
  key: string;
  kind: Kind;
  name: string;
  /** Absent once the page was loaded anew: files are not kept. */
  source?: Blob | string;
  /** A small image as a data: URL. */
  thumbnail?: string;
  asked: CardRequest;
  /** `waiting` and `sending` are of this page; then the server's own states, `refused` where it took nothing. */
  state: 'waiting' | 'sending' | Resources[Kind]['state'] | 'refused';
  resource?: Resources[Kind];
  trouble?: Trouble;
}

export const isOpen = ({ state }: Pick<Card, 'state'>) =>
  state === 'waiting' || state === 'sending' || state === 'queued' || state === 'processing';

/** A worker has it, and the server will end it as canceled. */
export const isCanceling = (card: Card) => isOpen(card) && card.resource?.cancel_requested === true;

/** The words of an error for a card. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof BlipqError) {
    return { code: error.code, detail: error.message, errors: error.problem?.errors ?? [] };
  }
  return { code: 'page_error', detail: String(error), errors: [] };
}

/** The server's pages say what to do about its codes; the SDK's own codes have none. */
export function pageOf({ code }: Trouble, server: string): string | undefined {
  const own = ['connection_failed', 'bad_response', 'canceled', 'expired', 'page_error'];
  return own.includes(code) ? undefined : `${server}/docs/errors/${code}`;
}

/** How a card ended, in a sentence. */
export function summaryOf({ name, state, resource, trouble }: Card): string {
  if (resource?.state !== 'succeeded') return `${name}: ${state}. ${trouble?.detail ?? ''}`.trim();
  if (resource.object === 'caption') return `${name}: ${resource.caption!.text}`;
  if (resource.object === 'answer') return `${name}: ${resource.answers!.map(({ text }) => text).join(', ')}`;
  const best = resource.matches!.toSorted((a, b) => b.probability - a.probability)[0]!;
  return `${name}: ${best.text} fits best`;
}

let count = 0;
/** A new card's key. */
export function newCardKey(): string {
  count = (count + 1) % 36 ** 3;
  return `${Date.now().toString(36).padStart(9, '0')}-${count.toString(36).padStart(3, '0')}`;
}
