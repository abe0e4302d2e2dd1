import { type HashFields, hashFields } from '../redis/hash-fields.js';

/** Reads what scripts answer. Each throws a TypeError for what is something else: a script and its module disagree. */
export const reply = {
  /** One of these words. */
  word<const Word extends string>(value: unknown, words: readonly Word[]): Word {
    return words.find((word) => word === value) ?? disagree(value, `one of ${words.join(', ')}`);
  },

  text(value: unknown): string {
    return typeof value === 'string' ? value : disagree(value, 'a text');
  },

  number(value: unknown): number {
    return typeof value === 'number' ? value : disagree(value, 'a number');
  },

  list(value: unknown): unknown[] {
    return Array.isArray(value) ? value : disagree(value, 'a list');
  },

  /** A hash, as HGETALL gives it to a script. */
  fields(value: unknown): HashFields {
    return hashFields(reply.list(value).map(reply.text));
  },
};

function disagree(value: unknown, expected: string): never {
  throw new TypeError(`a script answered ${JSON.stringify(value)} instead of ${expected}`);
}
