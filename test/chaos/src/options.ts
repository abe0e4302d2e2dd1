import { parseArgs } from 'node:util';
import { type FaultName, faultNames } from './fault-kinds.js';
import { type ProfileName, profiles } from './profiles.js';

export interface Options {
  profile: ProfileName;
  seed: number;
  /** All kinds, unless some are named. */
  only: FaultName[];
  /** Prints the plan as JSON and does nothing. */
  planOnly: boolean;
  /** Keeps the logs although nothing was broken. */
  keep: boolean;
  /** Measures how long recoveries take and judges none, as on a machine that has other things to do. */
  untimed: boolean;
  /** File that the report is written to as well. */
  save: string | null;
}

export const usage = `npm run chaos -- [options]
  --profile ${Object.keys(profiles).join('|')}   how much (default short)
  --seed N               which plan (default: any)
  --only kind,kind       only the rounds with these faults: ${faultNames.join(', ')}
  --plan                 print the plan as JSON and do nothing
  --save FILE            write the report there, too
  --untimed              judge no times: for a machine that has other things to do
  --keep                 keep the logs although nothing was broken`;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    // pnpm hands on the `--` that npm takes away.
    args: args.filter((arg) => arg !== '--'),
    options: {
      profile: { type: 'string', default: 'short' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      only: { type: 'string', default: '' },
      plan: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      untimed: { type: 'boolean', default: false },
      save: { type: 'string' },
    },
  });
  const profile = Object.keys(profiles).find((name) => name === values.profile) as ProfileName | undefined;
  if (profile === undefined)
    throw new Error(`--profile ${values.profile}: takes ${Object.keys(profiles).join(' or ')}`);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed ${values.seed}: takes a whole number`);
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.find((name) => !faultNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such fault`);
  return {
    ...{ profile, seed: Number(values.seed), only: only as FaultName[] },
    ...{ planOnly: values.plan, keep: values.keep, untimed: values.untimed, save: values.save ?? null },
  };
}
