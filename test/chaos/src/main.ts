import { writeFile } from 'node:fs/promises';
import { chaos, planOf } from './chaos.js';
import { type Options, readOptions, usage } from './options.js';

async function main({ planOnly, save, ...options }: Options): Promise<number> {
  if (planOnly) {
    await print(`${JSON.stringify(planOf(options), null, 1)}\n`);
    return 0;
  }
  // What runs is ended as this process exits.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const say = (line: string) => void process.stderr.write(`chaos: ${line}\n`);
  say(`profile ${options.profile}, seed ${options.seed}`);
  const outcome = await chaos({ ...options, say });
  await print(outcome.report);
  if (save !== null) await writeFile(save, outcome.report);
  if (outcome.complaint === '') return 0;
  process.stderr.write(`${outcome.complaint}\n`);
  return 1;
}

/** Whole, also where a pipe takes it, before this process exits. */
async function print(text: string): Promise<void> {
  await new Promise((resolve) => process.stdout.write(text, resolve));
}

if (process.argv.includes('--help')) process.stdout.write(`${usage}\n`);
else {
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`chaos: ${(error as Error).message}\n${usage}\n`);
    process.exit(2);
  }
  process.exit(await main(options));
}
