import { once } from 'node:events';
import type { Response } from 'express';
import { withPublicLinks } from './public-paths.js';
import { heartbeatMs } from './stream-events.js';

export const ndjson = 'application/x-ndjson';

/**
 * Sends values as NDJSON, one in each line, until there are no more, the client has gone or `enough` aborts. Empty lines
 * keep the connection alive meanwhile. Where this server stops before the end, or cannot go on, the connection breaks, so
 * that no reader takes what it has for the whole.
 */
export async function streamLines(values: AsyncIterable<object[]>, res: Response, enough: AbortSignal): Promise<void> {
  res.writeHead(200, {
    'Content-Type': ndjson,
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  const heartbeat = setInterval(() => res.write('\n'), heartbeatMs);
  const { stopWaiting } = res.locals;
  let isWhole = false;
  try {
    for await (const some of values) {
      const text = some.map((value) => `${JSON.stringify(withPublicLinks(value, res))}\n`).join('');
      if (!res.write(text)) await once(res, 'drain', { signal: stopWaiting });
    }
    isWhole = true;
  } catch (error) {
    isWhole = enough.aborted;
    if (!enough.aborted && !stopWaiting.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    if (stopWaiting.aborted) res.destroy();
    // An error breaks the answer off: see errorResponder.
    else if (isWhole) res.end();
  }
}
