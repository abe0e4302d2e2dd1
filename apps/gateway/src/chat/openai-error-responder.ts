import type { BlipqError } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { ErrorRequestHandler } from 'express';
import { errorResponder } from '../answer/error-responder.js';

/** Answers every error of its router in the shape that OpenAI's clients read, with our code inside. */
export function openaiErrorResponder(logger: Logger): ErrorRequestHandler {
  return errorResponder(logger, (problem, _req, res) => {
    // Their clients raise another exception for each status, and repeat 408, 409, 429 and 5xx by themselves.
    if (!problem.retryable) res.setHeader('X-Should-Retry', 'false');
    const param = problem.errors?.[0]?.field || null;
    const { code, detail: message } = problem;
    res.status(statusOf(problem)).json({ error: { message, type: typeOf(statusOf(problem)), param, code } });
  });
}

/** A model that is not there is 404 in their API. */
function statusOf({ code, status }: BlipqError): number {
  return code === 'unknown_model' ? 404 : status === 422 ? 400 : status;
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
