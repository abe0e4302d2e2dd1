import { createInterface } from 'node:readline';
import { BlipqError } from '@blipq/contracts';
import { queueKeys } from '../redis/keys.js';
import { submission } from './fixtures.js';
import { WholeQueue, webhook } from './whole-queue.js';

/** Runs on the Redis at the address given, and answers each line on standard input with one; see queue-process.ts. */
const whole = await new WholeQueue(process.argv[2]!).start();

const answers: Record<string, () => Promise<string>> = {
  root: async () => queueKeys({ namespace: whole.namespace }).root,
  trouble: async () => (await whole.health.trouble(60_000)) ?? 'none',
  caption: async () => {
    const { work } = await whole.queue.submit(submission({ webhook }));
    const outcome = await whole.queue.wait(work.id, { timeoutMs: 120_000 });
    return outcome.status === 'finished' ? outcome.work.state : outcome.status;
  },
};
for await (const word of createInterface(process.stdin)) {
  const answer = await answers[word]!().catch((error: Error) =>
    error instanceof BlipqError ? error.code : String(error),
  );
  process.stdout.write(`${answer}\n`);
}
await whole.stop();
