import type { BlipqError } from '@blipq/contracts';
import type { Logger } from '@blipq/service';
import type { ErrorRequestHandler } from 'express';
import { errorResponder } from '../answer/error-responder.js';

/** BentoML's names for our form fields, in its validation errors. */
const locations: Record<string, string> = { image: 'img', prompt: 'txt', text: 'txt' };

/**
 * Answers every error of its router as BentoML does: JSON with an `error` key, and 400 for every fault of a request,
 * because BentoML's clients know 400, 404, 422 and 503 only.
 */
export function bentomlResponder(logger: Logger): ErrorRequestHandler {
  return errorResponder(logger, (error, _req, res) => {
    const { status, body } = bentomlAnswer(error);
    res.status(status).json(body);
  });
}

interface BentomlAnswer {
  status: number;
  body: { error: string; detail?: unknown } | { error: string }[];
}

/** The status and body that BentoML has, or would have, for this error. */
export function bentomlAnswer(error: BlipqError): BentomlAnswer {
  switch (error.code) {
    case 'missing_image':
      return validation([{ type: 'missing', loc: ['img'], msg: 'Field required' }]);
    case 'invalid_params': {
      const errors = error.errors ?? [];
      return validation(
        errors.map(({ field, message }) => ({ type: 'value_error', loc: [locations[field] ?? field], msg: message })),
      );
    }
    case 'url_blocked':
      return { status: 400, body: [{ error: 'Connection blocked due to insecure input URL' }] };
    case 'malformed_multipart':
    case 'unsupported_media_type':
    case 'image_corrupt':
    case 'image_dimensions':
    case 'image_too_costly':
    case 'fetch_failed':
    case 'fetch_timeout':
      return { status: 400, body: { error: error.detail } };
    case 'result_expired':
      return { status: 404, body: { error: 'task_id not found' } };
    case 'rate_limited':
    case 'tenant_queue_full':
      return { status: 429, body: { error: 'Too many requests' } };
    case 'internal_error':
      return { status: 500, body: { error: 'An unexpected error has occurred, please check the server log.' } };
    default:
      return { status: error.status, body: { error: error.detail } };
  }
}

function validation(detail: { type: string; loc: string[]; msg: string }[]) {
  const count = `${detail.length} validation error${detail.length === 1 ? '' : 's'}`;
  return { status: 400, body: { error: `${count} for Input`, detail } };
}
