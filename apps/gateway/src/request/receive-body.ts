import { BlipqError } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { bodyBytesMax } from './body-bytes-max.js';

declare global {
  namespace Express {
    interface Locals {
      /** Accounts for so many more bytes of the body in memory. Throws `queue_full` when there is no room for them. */
      chargeBody?: (bytes: number) => void;
      /** Says that nothing of the body is in memory any more. The end of the answer says it, too. */
      bodyDone?: () => void;
    }
  }
}

/** A sender that brings less than 1 kB/s for so long is let go. */
const paceWindowMs = 10_000;
const paceBytesMin = 10_000;

/**
 * Hands over a body piece by piece as it arrives. Each piece is charged before it is taken. A body that was found wrong,
 * because `take` threw, is read over without being charged.
 *
 * @throws BlipqError `upload_too_slow`; `image_too_large` beyond 64 MiB; `queue_full` when there is no memory for the
 *   next piece; what `take` threw
 * @throws Error when the client is gone
 */
export async function receiveBody(req: Request, res: Response, take: (piece: Buffer) => void): Promise<void> {
  if (Number(req.get('content-length') ?? 0) > bodyBytesMax) throw closing(res, tooLong());
  let failure: unknown;
  let seen = 0;
  let inWindow = 0;
  let settle: (error?: unknown) => void = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error as Error));
  });
  const fail = (error: unknown) => {
    failure ??= error;
    res.locals.bodyDone?.();
    // Who is refused for want of room need not send the rest; Node reads it over while it answers.
    if (error instanceof BlipqError && error.code === 'queue_full') settle(error);
  };
  const onData = (piece: Buffer) => {
    seen += piece.length;
    inWindow += piece.length;
    if (seen > bodyBytesMax) return settle(closing(res, failure ?? tooLong()));
    if (failure !== undefined) return;
    try {
      res.locals.chargeBody?.(piece.length);
      take(piece);
    } catch (error) {
      fail(error);
    }
  };
  const onEnd = () => settle(failure);
  const onGone = () => settle(req.complete ? failure : (failure ?? new Error('the client went away')));
  const pace = setInterval(() => {
    if (inWindow < paceBytesMin) settle(closing(res, failure ?? tooSlow()));
    inWindow = 0;
  }, paceWindowMs);
  req.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
  try {
    await settled;
  } finally {
    clearInterval(pace);
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

function tooLong(): BlipqError {
  return new BlipqError('image_too_large', `The body is longer than ${bodyBytesMax} bytes.`);
}

function tooSlow(): BlipqError {
  const detail = `Less than ${paceBytesMin} bytes of the body came within ${paceWindowMs / 1000} s. Send it again.`;
  return new BlipqError('upload_too_slow', detail);
}
