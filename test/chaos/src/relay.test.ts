import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Relay } from './relay.js';

/** A relay before a server that sends back what it gets, and a connection through it. */
async function echo(): Promise<{ relay: Relay; socket: Socket }> {
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await Relay.start((server.address() as { port: number }).port);
  const socket = connect(Number(new URL(relay.url).port), '127.0.0.1')
    .setEncoding('utf8')
    .setNoDelay();
  onTestFinished(async () => {
    socket.destroy();
    await relay.stop();
    server.close();
  });
  await once(socket, 'connect');
  return { relay, socket };
}

/** `once` would reject with the reset that comes before. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('error', () => {}).once('close', () => resolve()));
}

/** Writes one by one, so that each is a chunk of its own, and resolves with as much as was written. */
async function written(socket: Socket, chunks: string[], between: (n: number) => void): Promise<string> {
  let received = '';
  socket.on('data', (text) => {
    received += text;
    socket.emit('received');
  });
  for (const [n, chunk] of chunks.entries()) {
    socket.write(chunk);
    await new Promise(setImmediate);
    between(n);
  }
  while (received.length < chunks.join('').length) await once(socket, 'received');
  return received;
}

test('bytes come in the order in which they were sent, also when a delay ends', async () => {
  const { relay, socket } = await echo();
  const chunks = Array.from({ length: 200 }, (_, n) => `${n};`);
  const change = (n: number) => (n % 20 === 10 ? relay.delay(15) : n % 20 === 19 ? relay.heal() : undefined);
  expect(await written(socket, chunks, change)).toBe(chunks.join(''));
});

test('what a partition held back arrives when it heals', async () => {
  const { relay, socket } = await echo();
  const chunks = ['a', 'b', 'c', 'd'];
  const change = (n: number) => (n === 1 ? relay.partition() : n === 3 ? relay.heal() : undefined);
  expect(await written(socket, chunks, change)).toBe('abcd');
});

test('a cut resets connections, new ones too, until it heals', async () => {
  const { relay, socket } = await echo();
  const first = closed(socket);
  relay.cut();
  await first;
  await closed(connect(Number(new URL(relay.url).port), '127.0.0.1'));
  relay.heal();
  const third = connect(Number(new URL(relay.url).port), '127.0.0.1').setEncoding('utf8');
  third.write('through');
  expect(await once(third, 'data')).toEqual(['through']);
  third.destroy();
});
