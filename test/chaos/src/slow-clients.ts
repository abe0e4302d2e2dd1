import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { credentials, hostileTenant } from './tenants.js';

/** Connections of each posture, to each gateway. */
const each = 12;
const dripEveryMs = 200;

const { authorization } = credentials(hostileTenant);
const head = (line: string, more = '') =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n${more}`;
const upload = head('POST /v1/captions', 'Content-Type: image/jpeg\r\nContent-Length: 3000000\r\n\r\n');

interface Posture {
  /** Sent at once. */
  first: string;
  /** Sent again and again. */
  drip?: string;
  /** Whether what it is answered stays unread. */
  deaf?: true;
}

/** What clients do that cost a gateway a connection, or more, and get nowhere. */
const postures: readonly Posture[] = [
  // They say nothing, or never come to an end: of a head, of an upload, of JSON, of a form.
  { first: '' },
  { first: head('GET /v1/captions'), drip: 'X: y\r\n' },
  { first: upload, drip: '\xff' },
  { first: upload + 'x'.repeat(100_000) },
  {
    first: head('POST /v1/captions', 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'),
    drip: '1\r\n[\r\n',
  },
  {
    first: head(
      'POST /v1/batches',
      'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n--b\r\n',
    ),
  },
  // They ask for much and read none of it.
  { first: `${head('GET /openapi.json')}\r\n`.repeat(60), deaf: true },
];

/** Clients of one tenant that are slow or idle for so long, at each of these addresses. */
export async function slowClients(origins: readonly string[], ms: number): Promise<void> {
  const sockets = origins.flatMap((origin) => postures.flatMap((posture) => crowd(origin, posture)));
  await pause(ms);
  for (const socket of sockets) socket.destroy();
}

function crowd(origin: string, { first, drip, deaf }: Posture): Socket[] {
  const { port, hostname } = new URL(origin);
  return Array.from({ length: each }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    if (deaf) socket.pause();
    else socket.resume();
    socket.write(Buffer.from(first, 'latin1'));
    if (drip !== undefined) {
      const timer = setInterval(() => socket.writable && socket.write(Buffer.from(drip, 'latin1')), dripEveryMs);
      socket.once('close', () => clearInterval(timer));
    }
    return socket;
  });
}
