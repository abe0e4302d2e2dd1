import type { Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** The last answer on a connection once that has ended, without those that only say to go on; undefined for none. */
export async function readAnswer(socket: Socket): Promise<RawAnswer | undefined> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  let rest = Buffer.concat(pieces).toString('latin1');
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1]);
    if (end === -1 || Number.isNaN(status)) return undefined;
    const headers = new Headers();
    for (const line of rest.slice(0, end).split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const length = headers.get('content-length');
    // A stream of events, of which the beginning is enough.
    const body = length === null ? '' : rest.slice(0, Number(length));
    return { status, headers, text: Buffer.from(body, 'latin1').toString() };
  }
}
