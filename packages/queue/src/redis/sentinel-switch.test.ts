import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { OwnRedis } from '@blipq/test-servers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { open, producerRedis } from './redis-client.js';

/** A sentinel that says when the master is asked for, and waits with the answer for as long as it is told to. */
class ScriptedSentinel {
  readonly #master: number;
  readonly #subscribers: Socket[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));
  /** Resolved before an answer to where the master is. */
  gate = Promise.resolve();
  asked = 0;

  constructor(master: number) {
    this.#master = master;
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => void this.#server.close());
    return (this.#server.address() as AddressInfo).port;
  }

  get subscribers(): number {
    return this.#subscribers.filter(({ destroyed }) => !destroyed).length;
  }

  switchMaster(): void {
    for (const socket of this.#subscribers) socket.write(list('message', '+switch-master', 'main'));
  }

  #serve(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('data', async (bytes) => {
      // Commands are lists of texts; several may come at once.
      for (const command of String(bytes)
        .split(/^\*\d+\r\n/m)
        .slice(1)) {
        const words = command.split('\r\n').filter((_, n) => n % 2 === 1);
        socket.write(await this.#answer(socket, words.join(' ').toLowerCase()));
      }
    });
  }

  async #answer(socket: Socket, command: string): Promise<string> {
    if (command.startsWith('sentinel get-master-addr-by-name')) {
      this.asked += 1;
      await this.gate;
      return list('127.0.0.1', String(this.#master));
    }
    if (command.startsWith('sentinel sentinels')) return '*0\r\n';
    if (command.startsWith('hello')) return '-ERR unknown command HELLO\r\n';
    if (!command.startsWith('subscribe')) return '+OK\r\n';
    this.#subscribers.push(socket);
    return `*3\r\n${text('subscribe')}${text('+switch-master')}:1\r\n`;
  }
}

const text = (value: string) => `$${value.length}\r\n${value}\r\n`;
const list = (...values: string[]) => `*${values.length}\r\n${values.map(text).join('')}`;

test('a client that hears of a new master while it asks where the master is connects all the same', async () => {
  const server = await OwnRedis.create();
  onTestFinished(() => server.remove());
  await server.start();
  const sentinel = new ScriptedSentinel(server.port);
  const port = await sentinel.start();
  const redis = producerRedis(`redis-sentinel://127.0.0.1:${port}#main`, 60_000, () => undefined);
  onTestFinished(() => redis.disconnect());
  await open(redis);
  await vi.waitFor(() => expect([redis.status, sentinel.subscribers]).toEqual(['ready', 1]));

  let letGo = () => {};
  sentinel.gate = new Promise((resolve) => {
    letGo = resolve;
  });
  const { asked } = sentinel;
  await server.kill();
  await vi.waitFor(() => expect(sentinel.asked).toBeGreaterThan(asked));
  sentinel.switchMaster();
  await server.start();
  letGo();
  await vi.waitFor(async () => expect(await redis.ping()).toBe('PONG'));
});
