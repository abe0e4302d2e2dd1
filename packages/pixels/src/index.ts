export type { Pixels } from './image-to-pixels.js';
export { defaultLimits, type ImageLimits } from './limits.js';
export { PixelPool, type PixelPoolOptions } from './pixel-pool.js';
export { type ImageFormat, imageFormats } from './sniff.js';
