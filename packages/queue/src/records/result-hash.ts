import { createHash } from 'node:crypto';
import {
  type CaptionParams,
  type InputOf,
  type ModelVersion,
  publicTenant,
  type Task,
  type WorkInput,
} from '@blipq/contracts';

type AskedWork = WorkInput & ModelVersion & { tenant?: string; match?: ModelVersion };

/** What is asked of the model beside the image. */
export function inputOf(submission: WorkInput): Partial<InputOf[Task]> & { params?: CaptionParams } {
  const asked = Object.entries(submission).filter(([field]) => inputFields.includes(field));
  return Object.fromEntries(asked);
}
const inputFields = ['prompt', 'questions', 'texts', 'params'];

/** Two captions of one tenant with the same hash have the same result. Another tenant's are not to be learned from. */
export function resultHash(submission: AskedWork, pixels: Uint8Array): string {
  const { tenant = publicTenant, model, revision, match } = submission;
  const { params = {}, ...input } = inputOf(submission);
  const asked = JSON.stringify([
    tenant,
    model,
    revision,
    input,
    Object.entries(params).sort(),
    match?.model,
    match?.revision,
  ]);
  return createHash('sha256').update(pixels).update(asked).digest('hex');
}
