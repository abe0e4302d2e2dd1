import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** How long a client that has its answer may go on sending before its connection is reset, in milliseconds. */
const lingerMs = 2000;

/**
 * Has a connection that ends with the answer to this request end in stages (RFC 9112, section 9.6): what is left of the
 * body is read over as it comes. To close at once would reset the connection, and the client would lose what it has not
 * read of its answer, such as why its upload was refused.
 */
export function closeInStages(request: IncomingMessage): void {
  const { socket } = request;
  // Node calls this when it has written an answer that ends its connection.
  socket.destroySoon = () => {
    if (request.complete) return Socket.prototype.destroySoon.call(socket);
    socket.end();
    const late = setTimeout(() => socket.destroy(), lingerMs);
    request.once('end', () => socket.destroy());
    socket.once('close', () => clearTimeout(late));
  };
}
