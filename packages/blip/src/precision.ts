import { cpuInfo } from './cpu-info.js';

export type Device = 'cpu' | 'cuda';

/** A mean over images, and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** How far a precision is from fp32 on the sample images. */
export interface PrecisionCheck {
  readonly images: number;
  /** Cosine between an image's embeddings and those of fp32. */
  readonly embeddingCosine: Estimate;
  /** The share of an image's tokens that are those of fp32, each chosen after those that fp32 chose before it. */
  readonly tokenAgreement: Estimate;
  /** Mean absolute difference of the log-probabilities of the tokens that the two choose. */
  readonly logprobDrift: Estimate;
  /** Whether the figures are within `checkBounds`. */
  readonly passed: boolean;
}

/**
 * What `auto` demands of a precision before it takes it: each mean must be within its bound by `checkErrors` standard
 * errors, so that other images would say the same. Agreement is bounded loosely: on an image unlike what a model knows,
 * its choices are close to ties. Drift is not moved by ties: trained models have 0.001 to 0.008 in eight bits,
 * random ones of BLIP's published sizes 0.04 to 0.06 and small ones 0.1 to 0.2.
 */
export const checkBounds = { embeddingCosine: 0.99, tokenAgreement: 0.5, logprobDrift: 0.09 } as const;
export const checkErrors = 2;

export function isWithinBounds(figures: Omit<PrecisionCheck, 'images' | 'passed'>): boolean {
  const { embeddingCosine, tokenAgreement, logprobDrift } = figures;
  return (
    embeddingCosine.mean - checkErrors * embeddingCosine.error >= checkBounds.embeddingCosine &&
    tokenAgreement.mean - checkErrors * tokenAgreement.error >= checkBounds.tokenAgreement &&
    logprobDrift.mean + checkErrors * logprobDrift.error <= checkBounds.logprobDrift
  );
}

/** A check's figures with their standard errors and bounds, in words. */
export function describeCheck({ embeddingCosine, tokenAgreement, logprobDrift }: PrecisionCheck): string {
  const words = ({ mean, error }: Estimate, digits: number) => `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
  return [
    `embedding cosine ${words(embeddingCosine, 4)} (at least ${checkBounds.embeddingCosine})`,
    `token agreement ${words(tokenAgreement, 3)} (at least ${checkBounds.tokenAgreement})`,
    `log-probability drift ${words(logprobDrift, 3)} (at most ${checkBounds.logprobDrift})`,
  ].join(', ');
}

/**
 * Whether this CPU has instructions that multiply bytes and add the products up in 32 bits: VNNI on x64, dot products on
 * arm64. Without them int8 is as exact (see int8Saturates) and its advantage over fp32 smaller.
 */
export function cpuHasInt8Instructions(platform: string = process.platform, info = cpuInfo()): boolean {
  if (platform === 'darwin') return process.arch === 'arm64';
  return /\b(avx512_vnni|avx_vnni|asimddp)\b/.test(info);
}
