import { cpuInfo } from './cpu-info.js';
import type { Precision } from './model/weight-format.js';

export type Device = 'cpu' | 'cuda';

/** How far a precision is from fp32 on the sample images. */
export interface PrecisionCheck {
  readonly images: number;
  /** The smallest cosine between an image's embeddings and those of fp32. */
  readonly embeddingCosineMin: number;
  /** The share of generated tokens that are those of fp32, counted up to the first that is not. */
  readonly tokenAgreement: number;
  /** Mean absolute difference of the log-probabilities of the tokens that agree. */
  readonly logprobDrift: number;
  /** Whether the figures are within `checkBounds`. */
  readonly passed: boolean;
}

/**
 * What `auto` demands of a precision before it takes it. Agreement is bounded loosely: on an image unlike what a model
 * knows, its choices are close to ties, and the first that falls otherwise ends the count.
 */
export const checkBounds = { embeddingCosineMin: 0.99, tokenAgreement: 0.5, logprobDrift: 0.1 } as const;

export function isWithinBounds(figures: Omit<PrecisionCheck, 'images' | 'passed'>): boolean {
  return (
    figures.embeddingCosineMin >= checkBounds.embeddingCosineMin &&
    figures.tokenAgreement >= checkBounds.tokenAgreement &&
    figures.logprobDrift <= checkBounds.logprobDrift
  );
}

/** The fastest precision of a device, which `auto` tries first. */
export function fastestPrecision(device: Device, hasInt8Instructions = cpuHasInt8Instructions()): Precision {
  if (device === 'cuda') return 'fp16';
  return hasInt8Instructions ? 'int8' : 'fp32';
}

/**
 * Whether this CPU has instructions that multiply bytes and add the products up in 32 bits: VNNI on x64, dot products on
 * arm64. Without them int8 is as exact (see int8Saturates) and its advantage over fp32 smaller.
 */
export function cpuHasInt8Instructions(platform: string = process.platform, info = cpuInfo()): boolean {
  if (platform === 'darwin') return process.arch === 'arm64';
  return /\b(avx512_vnni|avx_vnni|asimddp)\b/.test(info);
}
