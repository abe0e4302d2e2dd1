import { BlipqError } from '@blipq/client';
import { RunError } from './run-error.js';

/** What to do about an error of a server that concerns all that is asked. `more` follows what is worth trying again. */
export function serverTrouble(error: unknown, server: string, more = ''): Error {
  if (!(error instanceof BlipqError)) return error as Error;
  const { code, message } = error;
  const of = (text: string, exitCode: 1 | 2 = 1) =>
    new RunError(text + (exitCode === 1 ? more : ''), exitCode, { cause: error });
  if (code === 'unauthorized' || code === 'forbidden') {
    return of(`${server} refuses the key: ${message} Set BLIPQ_API_KEY or --api-key`);
  }
  if (code === 'connection_failed') {
    return of(`${server} cannot be reached: ${message}; start it, or name another with --server or BLIPQ_URL`);
  }
  if (code === 'bad_response') return of(`${server} does not answer as a BlipQ server does: ${message}`);
  if (code === 'unknown_model') return of(`${server} no longer serves the model: ${message} Name one with --model`);
  if (code === 'invalid_params' || code === 'match_unavailable' || code === 'url_blocked') return of(message, 2);
  return of(`${server} takes nothing: ${message}`);
}
