import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Request, Response } from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { receiveBody } from './receive-body.js';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/**
 * What becomes of a body whose client has sent all of it and hangs up while its first piece is being taken. The other
 * pieces come while that goes on.
 */
async function afterHangUp(first: string, rest: string): Promise<{ error: unknown; taken: string }> {
  let taken = '';
  let go = () => {};
  const going = new Promise<void>((resolve) => {
    go = resolve;
  });
  server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port);
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${first.length + rest.length}\r\n\r\n`;
  socket.write(head + first);
  const [req, res] = (await once(server, 'request')) as [Request, Response];
  Object.assign(req, { get: (name: string) => req.headers[name] });
  Object.assign(res, { locals: {} });
  const receiving = receiveBody(req, res, (piece) => {
    taken += piece.toString();
    return going;
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await vi.waitFor(() => expect(taken).toBe(first));
  socket.write(rest);
  await vi.waitFor(() => expect(req.complete).toBe(true));
  const gone = new Promise((resolve) => req.once('close', resolve));
  socket.destroy();
  await gone;
  go();
  return { error: await receiving, taken };
}

test('a body whose client hangs up before all of it has been read is not taken for the whole', async () => {
  const { error, taken } = await afterHangUp('one', 'and two');
  expect([error, taken]).toEqual([new Error('the client went away'), 'one']);
});

test('a body of which all has been read is whole, whether its client is still there or not', async () => {
  expect(await afterHangUp('one', '')).toEqual({ error: undefined, taken: 'one' });
});
