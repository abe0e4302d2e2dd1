import { answerJson, batchItemsMax, captionJson, matchJson, webhookRequest, workMetadata } from '@blipq/contracts';
import { z } from 'zod';

/**
 * `POST /v1/batches` as JSON: what is in an item says whether it is a caption, an answer or a match (see taskOf). Items are
 * parsed one by one, so that one bad item does not refuse the others; here only their number is judged.
 */
export const batchJson = z.strictObject({
  items: z
    .array(z.union([captionJson, answerJson, matchJson]))
    .min(1)
    .max(batchItemsMax),
  metadata: workMetadata.optional(),
  webhook: webhookRequest.optional(),
});
