import { BlipqError } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { bodyBytesMax } from './body-bytes-max.js';
import { paceBytesMin, paceWindowMs, SenderPace } from './sender-pace.js';

declare global {
  namespace Express {
    interface Locals {
      /** Accounts for so many more bytes of the body in memory. Throws `queue_full` when there is no room for them. */
      chargeBody?: (bytes: number) => void;
      /** Says that so many bytes of it are in memory no more. */
      releaseBody?: (bytes: number) => void;
      /** Says that nothing of the body is in memory any more. The end of the answer says it, too. */
      bodyDone?: () => void;
    }
  }
}

/** How often it is looked at how fast a body comes. */
const paceEveryMs = 1000;

/** Longest that a whole body may take, in milliseconds: 10 MiB in this time are 0.7 Mbit/s. */
const bodyTimeMs = 120_000;

export interface BodyBounds {
  bytesMax: number;
  timeMs: number;
}

/**
 * Hands over a body piece by piece as it arrives. Each piece is charged before it is taken; where taking it is a promise,
 * the next one is read when that is kept. A body that was found wrong, because `take` threw, is read over without being
 * charged, as far as 64 MiB.
 *
 * @throws BlipqError `upload_too_slow`; `image_too_large` beyond `bytesMax`; `queue_full` when there is no memory for the
 *   next piece; what `take` threw
 * @throws Error when the client is gone
 */
export async function receiveBody(
  req: Request,
  res: Response,
  take: (piece: Buffer) => Promise<void> | void,
  { bytesMax, timeMs }: BodyBounds = { bytesMax: bodyBytesMax, timeMs: bodyTimeMs },
): Promise<void> {
  if (Number(req.get('content-length') ?? 0) > bytesMax) throw closing(res, tooLong(bytesMax));
  let failure: unknown;
  let readMax = bytesMax;
  const pace = new SenderPace(performance.now());
  let taking: Promise<void> = Promise.resolve();
  let seen = 0;
  let settle: (error?: unknown) => void = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error as Error));
  });
  const fail = (error: unknown) => {
    failure ??= error;
    readMax = Math.min(bytesMax, seen + bodyBytesMax);
    res.locals.bodyDone?.();
    // Who is refused for want of room need not send the rest; Node reads it over while it answers.
    if (error instanceof BlipqError && error.code === 'queue_full') settle(error);
  };
  /** Reads on when what was read has been taken. */
  const hold = (taken: Promise<void>) => {
    pace.hold(performance.now());
    req.pause();
    taking = taken.catch(fail).finally(() => {
      pace.go(performance.now());
      req.resume();
    });
  };
  const onData = (piece: Buffer) => {
    seen += piece.length;
    pace.came(piece.length);
    if (seen > readMax) return settle(closing(res, failure ?? tooLong(bytesMax)));
    if (failure !== undefined) return;
    try {
      res.locals.chargeBody?.(piece.length);
      const taken = take(piece);
      if (taken !== undefined) hold(taken);
    } catch (error) {
      fail(error);
    }
  };
  const onEnd = () => settle(failure);
  // What Node has of a body, and nobody has read, is gone with its client.
  const isWhole = () => req.complete && req.readableLength === 0;
  const onGone = () => settle(isWhole() ? failure : (failure ?? new Error('the client went away')));
  const end = performance.now() + timeMs;
  const looking = setInterval(() => {
    const isLate = performance.now() > end;
    if (pace.isSlow(performance.now()) || isLate) settle(closing(res, failure ?? tooSlow(isLate)));
  }, paceEveryMs);
  req.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
  try {
    await settled.finally(() => taking);
    if (failure !== undefined) throw failure;
  } finally {
    clearInterval(looking);
    req.off('data', onData).off('end', onEnd).off('close', onGone);
    req.resume();
  }
}

/** An error whose answer ends the connection, because the rest of the body will not be read. */
function closing(res: Response, error: unknown): unknown {
  if (!res.headersSent) res.setHeader('Connection', 'close');
  res.locals.bodyDone?.();
  return error;
}

function tooLong(bytesMax: number): BlipqError {
  return new BlipqError('image_too_large', `The body is longer than ${bytesMax} bytes.`);
}

function tooSlow(isLate: boolean): BlipqError {
  if (isLate) return new BlipqError('upload_too_slow', 'The body took too long. Send it again, or less of it at once.');
  const detail = `Less than ${paceBytesMin} bytes of the body came within ${paceWindowMs / 1000} s. Send it again.`;
  return new BlipqError('upload_too_slow', detail);
}
