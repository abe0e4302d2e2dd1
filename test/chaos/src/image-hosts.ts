import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@blipq/test-servers';
import type { ImageSource } from './image-source.js';
import type { ImageFile } from './images.js';

/** What a host that takes its time takes for an image, in milliseconds. */
const slowMs = 400;
const addresses = { good: '127.0.9.1', slow: '127.0.9.2', missing: '127.0.9.3', dead: '127.0.9.4' } as const;

/** The web servers that images are fetched from: each an address of this machine's own, in this process. */
export class ImageHosts {
  /** Nobody listens on it. */
  readonly #deadPort: number;
  readonly #images: readonly ImageFile[];
  readonly #server: Server;

  private constructor(images: readonly ImageFile[], deadPort: number) {
    this.#images = images;
    this.#deadPort = deadPort;
    this.#server = createServer(({ headers, url }, response) => this.#answer(headers.host ?? '', url ?? '', response));
  }

  /** @param images by scene */
  static async start(images: readonly ImageFile[]): Promise<ImageHosts> {
    const hosts = new ImageHosts(images, await freePort());
    await once(hosts.#server.listen(0, '0.0.0.0'), 'listening');
    return hosts;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get ports(): number[] {
    return [this.#port, this.#deadPort];
  }

  /** Where the image of a scene is. */
  urlOf(source: ImageSource, scene: number): string {
    return `http://${addresses[source]}:${source === 'dead' ? this.#deadPort : this.#port}/${scene}`;
  }

  #answer(host: string, url: string, response: ServerResponse): void {
    if (host.startsWith(addresses.missing)) return void response.writeHead(404).end('not here');
    const { type, bytes } = this.#images[Number(url.slice(1))]!;
    const send = () => response.writeHead(200, { 'content-type': type }).end(bytes);
    if (!host.startsWith(addresses.slow)) return void send();
    const sending = setTimeout(send, slowMs);
    response.once('close', () => clearTimeout(sending));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
