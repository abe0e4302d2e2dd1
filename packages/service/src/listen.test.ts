import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { closeServer, listen } from './listen.js';

test('a connection on which no request has begun does not keep a server from ending, and a request in hand is answered', async () => {
  let answer = () => {};
  const server = createServer((_request, response) => {
    answer = () => response.end('done');
  });
  const port = await listen(server, 0, '127.0.0.1', 'PORT');
  const asked = once(server, 'request');
  const response = fetch(`http://127.0.0.1:${port}`);
  await asked;
  const accepted = once(server, 'connection');
  const silent = connect(port, '127.0.0.1');
  await accepted;
  const silentEnd = once(silent.resume(), 'end');
  const closed = closeServer(server);
  await silentEnd;
  answer();
  expect(await (await response).text()).toBe('done');
  await closed;
});
