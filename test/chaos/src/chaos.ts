import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './checker.js';
import type { FaultName } from './fault-kinds.js';
import { makePlan, onlyKinds, type Plan } from './plan.js';
import { type ProfileName, profiles } from './profiles.js';
import { complaint, report, type Verdict } from './report.js';
import { run } from './run.js';

interface ChaosOptions {
  profile: ProfileName;
  seed: number;
  only?: readonly FaultName[];
  keep?: boolean;
  untimed?: boolean;
  say?: (line: string) => void;
}

export function planOf({ profile, seed, only = [] }: Pick<ChaosOptions, 'profile' | 'seed' | 'only'>): Plan {
  const plan = makePlan(profiles[profile], seed);
  return only.length === 0 ? plan : onlyKinds(plan, only);
}

export type Outcome = Verdict & {
  /** Markdown. */
  report: string;
  /** What was broken, with histories and where the logs are; empty when nothing was. */
  complaint: string;
};

/** Starts everything, breaks it as planned, and says whether every promise was kept. */
export async function chaos({
  keep = false,
  untimed = false,
  say = () => {},
  ...options
}: ChaosOptions): Promise<Outcome> {
  const { profile, seed } = options;
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'blipq-chaos-'));
  const history = await run({ profile: profiles[profile], plan: planOf(options), folder, say });
  const violations = check(history, { timed: profiles[profile].timed && !untimed });
  const verdict = { seed, profile, history, violations, tookS: (performance.now() - began) / 1000 };
  const broken = violations.length > 0;
  if (broken || keep) await writeFile(join(folder, 'history.json'), JSON.stringify(history, null, 1));
  else await rm(folder, { recursive: true });
  if (keep) say(`kept ${folder}`);
  const complained = broken ? `${complaint(verdict)}\nlogs and history: ${folder}` : '';
  return { ...verdict, report: report(verdict), complaint: complained };
}
