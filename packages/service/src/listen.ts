import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { StartupError } from './startup-error.js';

/** Browsers and clients open connections ahead of requests, for which a stop waits for so long, in milliseconds. */
const firstRequestMs = 500;

const connections = new WeakMap<Server, Set<Socket>>();

/**
 * Binds an HTTP server and resolves with the port it got.
 *
 * @param setting the variable that chose the port, for the message
 * @throws StartupError when the port is taken, not permitted, or the address is not this machine's
 */
export async function listen(server: Server, port: number, host: string, setting: string): Promise<number> {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new StartupError(explain((error as NodeJS.ErrnoException).code, port, host, setting), { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * Ends a server that `listen` has bound: idle connections at once, busy ones when their answer is out, and those on which
 * no request has ever begun, which Node does not count as idle, after half a second.
 */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  // Of connections whose answer is yet to come.
  server.keepAliveTimeout = 1;
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => {
    for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  }, firstRequestMs);
  await closed;
  clearTimeout(late);
}

function explain(code: string | undefined, port: number, host: string, setting: string): string {
  if (code === 'EADDRINUSE')
    return `port ${port} is already in use; stop the other program or set ${setting} to another`;
  if (code === 'EACCES') return `port ${port} needs more rights; set ${setting} to a number of 1024 or above`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is not an address of this machine; set HOST to one that is, or to 0.0.0.0 for all of them`;
  return `cannot listen on ${host}:${port} (${code ?? 'unknown error'})`;
}
