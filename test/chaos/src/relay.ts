import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What stands between one process and Redis. It hands bytes on; or holds them back, as TCP does while packets are lost,
 * and hands them on late when the network heals (`partition`); or resets every connection (`cut`); or is slow (`delay`).
 */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: 'open' | 'partitioned' | 'cut' = 'open';
  #delayMs = 0;

  private constructor(upstreamPort: number) {
    this.#server = createServer((inner) => this.#join(inner, upstreamPort));
  }

  static async start(upstreamPort: number): Promise<Relay> {
    const relay = new Relay(upstreamPort);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  partition(): void {
    this.#state = 'partitioned';
    for (const socket of this.#sockets) socket.pause();
  }

  cut(): void {
    this.#state = 'cut';
    this.#reset();
  }

  /** @param ms each way */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  heal(): void {
    this.#state = 'open';
    this.#delayMs = 0;
    for (const socket of this.#sockets) socket.resume();
  }

  #reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(inner: Socket, upstreamPort: number): void {
    if (this.#state === 'cut') return void inner.resetAndDestroy();
    const outer = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
    inner.setNoDelay();
    this.#hand(inner, outer);
    this.#hand(outer, inner);
  }

  #hand(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    // First in, first out, whatever the delay was when a chunk came.
    const waiting: Buffer[] = [];
    const release = () => {
      const chunk = waiting.shift();
      if (to.writable) to.write(chunk!);
    };
    from.on('data', (chunk: Buffer) => {
      if (this.#delayMs === 0 && waiting.length === 0) return void (to.writable && to.write(chunk));
      waiting.push(chunk);
      setTimeout(release, this.#delayMs);
    });
    if (this.#state === 'partitioned') from.pause();
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  async stop(): Promise<void> {
    this.#reset();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
