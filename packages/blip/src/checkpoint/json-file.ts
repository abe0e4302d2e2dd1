import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { ModelError } from '../model-error.js';
import { fileError } from './weight-file.js';

/** Far above any configuration or shard index; a larger file is something else. */
const JSON_BYTES_MAX = 16 * 2 ** 20;

/**
 * The value in a JSON file, or undefined where there is no such file. Object members that are null are left out,
 * because transformers writes null for "not set".
 */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > JSON_BYTES_MAX) throw new ModelError('config_invalid', `${path} is too large (${size} bytes)`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const error = fileError(path, cause);
    if (error.code === 'checkpoint_missing') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text, (_key, value) => value ?? undefined);
  } catch (cause) {
    throw new ModelError('config_invalid', `${path} is not JSON`, { cause });
  }
}

/** The value in the file `name` of the first folder that has one, with its path; undefined where none has. */
export async function readFirstJson(folders: readonly string[], name: string): Promise<[path: string, json: unknown]> {
  let path = '';
  for (const folder of folders) {
    path = join(folder, name);
    const json = await readJson(path);
    if (json !== undefined) return [path, json];
  }
  return [path, undefined];
}

/** Checks a file's value against what we take. The error names the file and each field that is wrong. */
export function parseConfig<T>(path: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new ModelError('config_invalid', `${path} cannot be used: ${problems.join('; ')}`, { cause: result.error });
}
