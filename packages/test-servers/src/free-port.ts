import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves, so that no connection takes it before it is used. */
const [FIRST, COUNT] = [10_000, 20_000];

/** A port of this machine that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const port = FIRST + Math.floor(Math.random() * COUNT);
  const probe = createServer();
  const listening = once(probe, 'listening');
  probe.listen(port, '127.0.0.1');
  const isFree = await listening.then(
    () => true,
    () => false,
  );
  if (!isFree) return await freePort();
  probe.close();
  await once(probe, 'close');
  return port;
}
