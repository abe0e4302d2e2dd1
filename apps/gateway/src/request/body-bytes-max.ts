import { imageBytesMax } from '@blipq/contracts';

/**
 * A body is read to its end even after it was found too large, so that the client receives the answer instead of a
 * reset connection; but only up to here. A form with the images of a batch may be as long as this.
 */
export const bodyBytesMax = 64 * 1024 * 1024;

/** JSON with one image: the largest in base64, in lines, and all texts at their longest. */
export const workJsonBytesMax = Math.ceil(imageBytesMax * (4 / 3) * 1.1) + 768 * 1024;

/** Parsing holds JSON several times over, so a batch of files has more room than one in base64. */
export const batchJsonBytesMax = 32 * 1024 * 1024;
