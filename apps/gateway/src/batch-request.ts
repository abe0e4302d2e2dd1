import { batchItemsMax, captionMetadata, webhookRequest } from '@blipq/contracts';
import { z } from 'zod';
import { captionJson } from './caption-request.js';

/**
 * `POST /v1/batches` as JSON. Items are parsed one by one, so that one bad item does not refuse the others; here only
 * their number is judged.
 */
export const batchJson = z.strictObject({
  items: z.array(captionJson).min(1).max(batchItemsMax),
  metadata: captionMetadata.optional(),
  webhook: webhookRequest.optional(),
});
