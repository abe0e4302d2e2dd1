import { BlipqError, type CaptionResource } from '@blipq/contracts';

/** The text of a caption that has ended. @throws BlipqError with the code it failed with */
export function captionText({ state, caption, error }: CaptionResource): string {
  if (caption !== null) return caption.text;
  throw new BlipqError(error?.code ?? 'inference_error', error?.detail ?? `The caption was ${state}.`);
}
