import { createHash } from 'node:crypto';
import type { RedisClient } from '../redis/redis-client.js';
import { assembleScript } from './assemble-script.js';

/** What a script runs on: `root` is the first part of every key of the queue. */
export interface ScriptTarget {
  redis: RedisClient;
  root: string;
}

/** Runs a script. Only the module that made it knows its arguments and what it answers. */
export type Script<Arguments extends object> = (target: ScriptTarget, values: Arguments) => Promise<unknown>;

/**
 * The script in a `.lua` file. It has its arguments by their names, as `require 'arguments'`, and builds the names of its
 * keys itself (keys.lua): they share the hash tag in `root`, and KEYS holds two that have it, too, so that a cluster knows
 * where to run it. Neither of the two is ever written: while a cluster moves the slot from one node to another, and each
 * has some of the keys, it refuses a script that names several keys which are not there (TRYAGAIN). A script with one key
 * would run on half of the data. Its text is sent only to a Redis that does not have it yet.
 */
export function script<Arguments extends object = Record<never, never>>(file: URL): Script<Arguments> {
  let lua: string | undefined;
  let sha: string | undefined;
  return async ({ redis, root }, values) => {
    lua ??= assembleScript(file);
    sha ??= createHash('sha1').update(lua).digest('hex');
    const given = [root, `${root}:nothing`, root, json(values)] as const;
    try {
      return await redis.evalsha(sha, 2, ...given);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await redis.eval(lua, 2, ...given);
    }
  };
}

/** Half a character, which Redis's decoder of JSON refuses, becomes U+FFFD: one text is no reason to run nothing. */
function json(values: object): string {
  const text = JSON.stringify(values);
  // Whole characters are not escaped, and what is written as an escape has a backslash before its own.
  if (!text.includes('\\ud')) return text;
  return text.replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}
