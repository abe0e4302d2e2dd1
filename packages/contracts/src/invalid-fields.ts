import { BlipqError, type FieldError } from './problem.js';

/** One `invalid_params` problem about all these fields. */
export function invalidFields(errors: FieldError[]): BlipqError {
  const detail = errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
  return new BlipqError('invalid_params', detail.slice(0, 2000), { errors: errors.slice(0, 100) });
}

/** One `invalid_params` problem about one field. */
export function invalidField(field: string, message: string): BlipqError {
  return invalidFields([{ field, message }]);
}
