import { imageBytesMax } from '@blipq/contracts';

/**
 * A body is read to its end even after it was found too large, so that the client receives the answer instead of a
 * reset connection; but only up to here. A form with the images of a batch may be as long as this.
 */
export const bodyBytesMax = 64 * 1024 * 1024;

/** JSON with one image: the largest in base64, in lines, and all texts at their longest. */
export const workJsonBytesMax = Math.ceil(imageBytesMax * (4 / 3) * 1.1) + 768 * 1024;

/**
 * A batch is read in parts: it may be longer than what of it is in memory at once. Up to these it is read to its end before
 * anything of it is taken, so that what is said of it as a whole may stand anywhere.
 */
export const batchBounds = { bytesMax: 4 * 1024 ** 3, timeMs: 3_600_000 };
export const batchHeldBytesMax = { json: 32 * 1024 * 1024, form: 64 * 1024 * 1024 };
