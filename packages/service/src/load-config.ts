import type { z } from 'zod';
import { describeSetting } from './describe-setting.js';
import { StartupError } from './startup-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedConfig<T> {
  config: T;
  /** One sentence for each `BLIPQ_…` variable that is set and that nothing here reads. */
  warnings: string[];
}

/**
 * Parses a process's settings from its environment, once. The schema's keys are the variables' names; a blank
 * variable counts as unset. Build the fields from `setting`, which knows how to say what a variable takes.
 *
 * @throws StartupError naming every bad variable, what it got and what it takes
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env: Environment): LoadedConfig<z.infer<S>> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return { config: parsed.data, warnings: unknownVariables(schema, env) };
  const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
  const problems = [...names].map((name) => explain(name, given[name], describeSetting(schema.shape[name]!).takes));
  throw new StartupError(problems.join('; '));
}

function explain(name: string, got: string | undefined, takes: string): string {
  if (got === undefined) return `${name} is not set; it takes ${takes}`;
  return `${name} is ${JSON.stringify(withoutPassword(got))}; it takes ${takes}`;
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/\S*@/, '//…@').replace(/(password=)[^&#\s]*/gi, '$1…');
}

function unknownVariables(schema: z.ZodObject, env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('BLIPQ_') && env[name] && !(name in schema.shape))
    .map((name) => `${name} is set but is not a setting of this program`);
}
