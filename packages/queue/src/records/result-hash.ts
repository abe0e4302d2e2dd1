import { createHash } from 'node:crypto';
import {
  type AskedVersion,
  type CaptionParams,
  type InputOf,
  publicTenant,
  type Task,
  type WorkInput,
} from '@blipq/contracts';

type AskedWork = WorkInput & AskedVersion & { tenant?: string; match?: AskedVersion };

/** What is asked of the model beside the image. */
export function inputOf(submission: WorkInput): Partial<InputOf[Task]> & { params?: CaptionParams } {
  const asked = Object.entries(submission).filter(([field]) => inputFields.includes(field));
  return Object.fromEntries(asked);
}
const inputFields = ['prompt', 'questions', 'texts', 'params'];

/** Two captions of one tenant with the same hash have the same result. Another tenant's are not to be learned from. */
export function resultHash(submission: AskedWork, pixels: Uint8Array): string {
  const { tenant = publicTenant, model, revision, precision, match } = submission;
  const { params = {}, ...input } = inputOf(submission);
  const asked = JSON.stringify([
    tenant,
    model,
    revision,
    precision,
    input,
    Object.entries(params).sort(),
    match?.model,
    match?.revision,
    match?.precision,
  ]);
  return createHash('sha256').update(pixels).update(asked).digest('hex');
}
