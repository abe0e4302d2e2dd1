import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DifferentImages } from './different-images.js';

/** Of a hundred hosts, so many are bad. Each is an address of this machine's own. */
const hosts = 100;
const bad = 10;
/** What a bad host does: it is dead, never answers, answers a byte a second, leads inside, or sends what is no image. */
const kinds = ['dead', 'silent', 'drip', 'inside', 'garbage'] as const;

/** Web servers that have an image for each path, most of them: a hundred addresses of one port, in this process. */
export class BulkHosts {
  readonly #server: Server;
  readonly #images: DifferentImages;
  /** How an item ends whose host is bad. */
  static readonly errors = ['fetch_failed', 'fetch_timeout', 'url_blocked', 'unsupported_media_type'];
  /** Whether the host of the nth image is bad. */
  static isBad(this: void, n: number): boolean {
    return n % hosts < bad;
  }

  /** Requests that the good hosts and the bad ones had. */
  readonly requests = { good: 0, bad: 0 };

  private constructor(images: DifferentImages) {
    this.#images = images;
    this.#server = createServer((req, res) => {
      this.#answer(req.headers.host!.split(':')[0]!, Number.parseInt(req.url!.slice(1), 10), res);
    });
  }

  static async start(images: DifferentImages): Promise<BulkHosts> {
    const all = new BulkHosts(images);
    await once(all.#server.listen(0, '0.0.0.0'), 'listening');
    return all;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nobody listens on it. */
  get deadPort(): number {
    return this.port === 65_535 ? 1024 : this.port + 1;
  }

  /** The URL of the nth image, and whether its host is good. */
  urlOf(n: number): { url: string; isGood: boolean } {
    const host = n % hosts;
    const isGood = !BulkHosts.isBad(n);
    const isDead = !isGood && kinds[host % kinds.length] === 'dead';
    return { url: `http://127.0.9.${host + 1}:${isDead ? this.deadPort : this.port}/${n}.png`, isGood };
  }

  #answer(address: string, n: number, res: ServerResponse): void {
    const host = Number(address.split('.')[3]) - 1;
    this.requests[host >= bad ? 'good' : 'bad'] += 1;
    if (host >= bad) return void res.end(this.#images.nth(n));
    const kind = kinds[host % kinds.length];
    if (kind === 'inside') return void res.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
    if (kind === 'garbage') return void res.end('<html>not here</html>');
    if (kind !== 'drip') return;
    res.writeHead(200, { 'content-length': 1_000_000 });
    const dripping = setInterval(() => res.write('x'), 1000);
    res.once('close', () => clearInterval(dripping));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
