import { once } from 'node:events';
import type { Response } from 'express';
import { withPublicLinks } from './public-paths.js';

/** Proxies and browsers close a connection that stays silent for a minute or less. */
export const heartbeatMs = 15_000;
/** How long a browser waits before it connects again. */
const retryMs = 2_000;

/** The head of every event stream (WHATWG): proxies must neither compress nor buffer it. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** `id`: the version of the resource in `data`. */
interface StreamedEvent {
  id: number;
  event: string;
  data: object;
}

/** Sends events as `text/event-stream` until there are no more or the client has gone. */
export async function streamEvents(events: AsyncIterable<StreamedEvent>, res: Response): Promise<void> {
  res.writeHead(200, eventStreamHeaders);
  res.write(`retry: ${retryMs}\n\n`);
  const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs);
  try {
    for await (const { id, event, data } of events) {
      const flowing = res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(withPublicLinks(data, res))}\n\n`);
      if (!flowing) await once(res, 'drain', { signal: res.locals.stopWaiting });
    }
  } catch (error) {
    // A stream that has begun can only end. Its reader reconnects, and the answer to that request carries the error.
    if (!res.locals.stopWaiting.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    res.end();
  }
}

/** The version after which a client continues, from `Last-Event-ID`; 0 for a client that has seen none. */
export function lastEventId(header = ''): number {
  return /^\d{1,15}$/.test(header.trim()) ? Number(header) : 0;
}
