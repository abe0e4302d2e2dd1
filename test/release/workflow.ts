import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));

export interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

export interface Job {
  needs?: string | string[];
  if?: string;
  uses?: string;
  container?: string;
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> & { include?: Record<string, string>[] } };
  'timeout-minutes'?: number;
  steps?: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

/** GitHub Actions workflows by their file's name without the ending, and as text. */
export const workflowTexts: Record<string, string> = Object.fromEntries(
  readdirSync(folder).map((name) => [name.replace(/\.yml$/, ''), readFileSync(`${folder}${name}`, 'utf8')]),
);
export const workflows: Record<string, Workflow> = Object.fromEntries(
  Object.entries(workflowTexts).map(([name, text]) => [name, parse(text)]),
);

/** Every job of every workflow. */
export const jobs: { workflow: string; name: string; job: Job; steps: Step[] }[] = Object.entries(workflows).flatMap(
  ([workflow, { jobs }]) =>
    Object.entries(jobs).map(([name, job]) => ({ workflow, name, job, steps: job.steps ?? [] })),
);

export function needsOf(job: Job): string[] {
  return [job.needs ?? []].flat();
}
