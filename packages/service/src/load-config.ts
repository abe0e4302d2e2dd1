import type { z } from 'zod';
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
  const problems = [...names].map((name) => explain(name, given[name], describe(schema.shape[name])));
  throw new StartupError(problems.join('; '));
}

function explain(name: string, got: string | undefined, takes: string): string {
  if (got === undefined) return `${name} is not set; it takes ${takes}`;
  return `${name} is ${JSON.stringify(withoutPassword(got))}; it takes ${takes}`;
}

/** The description sits on the innermost type: `.default()` and `.optional()` wrap it without taking it over. */
function describe(type: z.core.$ZodType | undefined): string {
  for (let at: unknown = type; at; at = (at as { def?: { innerType?: unknown } }).def?.innerType) {
    const { description } = at as { description?: string };
    if (description) return description;
  }
  return 'another value';
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/\S*@/, '//…@').replace(/(password=)[^&#\s]*/gi, '$1…');
}

function unknownVariables(schema: z.ZodObject, env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('BLIPQ_') && env[name] && !(name in schema.shape))
    .map((name) => `${name} is set but is not a setting of this program`);
}
