import { createInterface } from 'node:readline';
import { WorkConsumer } from '../attempts/work-consumer.js';
import { made, serves } from './fixtures.js';

// A worker process that holds its first caption until it is told to finish it, to be killed or frozen meanwhile.
// Says `begun <id> <attempt>`, then `attempt <id> <written>` or, if it learns first that it has lost the lock,
// `dropped <id>`; takes the line `finish`. Arguments: redisUrl, namespace.

const [redisUrl, namespace] = process.argv.slice(2) as [string, string];
const say = (line: string) => process.stdout.write(`${line}\n`);

const worker = new WorkConsumer({
  serves,
  redisUrl,
  namespace,
  concurrency: 1,
  lockDurationMs: 1000,
  stalledIntervalMs: 200,
  onAttempt: (id, _outcome, written) => say(`attempt ${id} ${written}`),
  handler: async ({ id, attempt }, signal) => {
    signal.addEventListener('abort', () => say(`dropped ${id}`));
    const told = new Promise((resolve) => createInterface(process.stdin).once('line', resolve));
    say(`begun ${id} ${attempt}`);
    await told;
    return made('by the held worker');
  },
});
await worker.start();
