import { z } from 'zod';
import { availableCpus } from './available-cpus.js';

/**
 * Building blocks for a process's settings schema. Each takes the text of an environment variable and carries a
 * description that completes the sentence "VARIABLE takes …"; `loadConfig` uses it in its error.
 */
export const setting = {
  /** A TCP port; 0 asks the system for a free one. */
  port: () => wholeNumber(0, 65_535, 'a port number from 0 to 65535'),

  /** A whole number in decimal digits, `min` to `max` inclusive. */
  wholeNumber: (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
    wholeNumber(
      min,
      max,
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    ),

  /** How many threads to compute with; the CPUs that this process may use, unless set. */
  threads: () => setting.wholeNumber(1, 1024).default(() => availableCpus()),

  /** Any text; `takes` says what it means. */
  text: (takes: string) => z.string().describe(takes),

  /** 1, true, yes or on; 0, false, no or off. */
  flag: () =>
    z
      .stringbool({ truthy: ['1', 'true', 'yes', 'on'], falsy: ['0', 'false', 'no', 'off'] })
      .describe('1 (yes) or 0 (no)'),

  /** One of a few words. */
  oneOf: <const T extends readonly [string, ...string[]]>(words: T) =>
    z.enum(words).describe(`one of ${words.join(', ')}`),

  /** A pino log level. */
  logLevel: () => setting.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),

  /** Words with commas or white space between them. */
  list: (takes: string, accepts: (words: string[]) => boolean = () => true) =>
    z
      .string()
      .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
      .refine(accepts)
      .describe(takes),

  /** Whole numbers with commas or white space between them, each `min` to `max` inclusive. */
  numbers: (takes: string, min: number, max: number) =>
    setting
      .list(takes)
      .pipe(z.array(z.coerce.number<string>().int().min(min).max(max)))
      .describe(takes),

  /** A name made of letters, digits, `-` and `_`, which is safe inside a Redis key. */
  name: () =>
    z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('1 to 64 letters, digits, "-" or "_"'),
};

function wholeNumber(min: number, max: number, takes: string) {
  return z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .describe(takes);
}
