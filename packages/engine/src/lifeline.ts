import { Socket } from 'node:net';

/**
 * Worker thread of the engine process. The supervisor holds the other end of stdin and never writes: its end means
 * that the supervisor is gone. A native run cannot be interrupted from JS, hence the kill.
 */
new Socket({ fd: 0, readable: true, writable: false })
  .resume()
  .on('error', () => {})
  .on('close', () => process.kill(process.pid, 'SIGKILL'));
