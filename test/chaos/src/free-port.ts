import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves, so that no connection takes it while its owner is away. */
const [first, count] = [10_000, 20_000];

/** A port of this machine that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * count);
  const probe = createServer();
  const listening = once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.listen(port, '127.0.0.1');
  if (!(await listening)) return await freePort();
  probe.close();
  await once(probe, 'close');
  return port;
}
