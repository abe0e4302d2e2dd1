import { once } from 'node:events';
import type { WorkEvent, WorkResource } from '@blipq/contracts';
import type { Response } from 'express';

/** Proxies and browsers give up on a connection that stays silent for a minute or less. */
const heartbeatMs = 15_000;
/** How long a browser waits before it connects again. */
const retryMs = 2_000;

/**
 * Sends events as `text/event-stream` (WHATWG) until there are no more or nobody listens. Must not be compressed or
 * buffered on its way.
 */
export async function streamEvents(events: AsyncIterable<WorkEvent<WorkResource>>, res: Response): Promise<void> {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.write(`retry: ${retryMs}\n\n`);
  const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs);
  try {
    for await (const { id, event, data } of events) {
      const flowing = res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (!flowing) await once(res, 'drain', { signal: res.locals.stopWaiting });
    }
  } catch (error) {
    // Once it has begun, a stream can only end. Its reader comes back and is told by the answer to that what is wrong.
    if (!res.locals.stopWaiting.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    res.end();
  }
}

/** The version after which a client wants to go on, from `Last-Event-ID`; 0 when it has seen nothing. */
export function lastEventId(header = ''): number {
  return /^\d{1,15}$/.test(header.trim()) ? Number(header) : 0;
}
