// Damages checkpoint files at random and reads them, for as long as asked:
//   node tools/fuzz-checkpoint.mjs [--minutes 5] [--seed 1]
// Anything but a clean read or a ModelError stops it, and leaves the file in the current folder. Build first.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fuzz, fuzzTargets } from '../packages/blip/dist/checkpoint/testing/fuzz.js';
import { removeModelFolders } from '../packages/blip/dist/checkpoint/testing/write-files.js';

const RUNS = 200;
/** A file of a few kilobytes that takes longer to judge than this has found a way to waste time. */
const RUN_MS_MAX = 2_000;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
});
const end = Date.now() + Number(values.minutes) * 60_000;
const totals = new Map();

for (let seed = Number(values.seed); Date.now() < end; seed += RUNS) {
  for (const target of await fuzzTargets()) {
    const slow = setTimeout(() => {
      console.error(`${target.name}: runs ${seed} to ${seed + RUNS} take too long`);
      process.exit(1);
    }, RUNS * RUN_MS_MAX);
    const counts = await fuzz(target, seed, RUNS, (bytes, run) => writeFile(`fuzz-${run}-${target.file}`, bytes));
    clearTimeout(slow);
    const total = totals.get(target.name) ?? { read: 0, refused: 0 };
    totals.set(target.name, { read: total.read + counts.read, refused: total.refused + counts.refused });
  }
}
await removeModelFolders();
console.table(Object.fromEntries(totals));
