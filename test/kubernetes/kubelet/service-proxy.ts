import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { KubeEvent, KubeObject } from './kube-api.js';
import { onLoopback } from './pod-runner.js';

/** What kube-proxy is in a cluster: a connection to a Service goes to one of the pods that its EndpointSlices name. */
export class ServiceProxy {
  readonly #slices = new Map<string, KubeObject>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  learn({ type, object }: KubeEvent): void {
    const key = `${object.metadata?.namespace}/${object.metadata?.name}`;
    if (type === 'DELETED') this.#slices.delete(key);
    else this.#slices.set(key, object);
  }

  /** An address on this machine that stands for a Service's port. */
  async open(namespace: string, service: string, port: string): Promise<string> {
    return await this.#listen(
      createServer((client) =>
        this.#forward(
          client,
          this.#choose(namespace, service, ({ name }) => name === port),
        ),
      ),
    );
  }

  /** A proxy that knows the names of Services, for a program's `HTTP_PROXY`: `http://service.namespace.svc:port/path`. */
  async openByName(): Promise<string> {
    return await this.#listen(createHttpServer((asked, answer) => this.#forwardByName(asked, answer)));
  }

  async #listen(server: Server): Promise<string> {
    this.#servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #forwardByName({ method, url, headers }: IncomingMessage, answer: ServerResponse): void {
    const { hostname, port, pathname, search } = new URL(url!);
    const [service, namespace] = hostname.split('.') as [string, string];
    // Those of BlipQ's Services are their pods' own.
    const target = this.#choose(namespace, service, (one) => one.port === Number(port));
    if (target === undefined) return void answer.writeHead(502).end();
    request({ ...target, method, path: pathname + search, headers }, (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    })
      .on('error', () => answer.destroy())
      .end();
  }

  /** Pods that are ready; where there are none, those that end and still answer, as kube-proxy does. */
  #choose(
    namespace: string,
    service: string,
    isMeant: (port: KubeObject) => boolean,
  ): { host: string; port: number } | undefined {
    const found = [...this.#slices.values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
      .flatMap(({ endpoints, ports }) =>
        (endpoints ?? []).map(({ addresses, conditions }: KubeObject) => ({
          host: onLoopback(addresses[0]),
          port: ports.find(isMeant)?.port,
          conditions,
        })),
      );
    const ready = found.filter(({ conditions }) => conditions.ready);
    const usable = ready.length > 0 ? ready : found.filter(({ conditions }) => conditions.serving);
    return usable[Math.floor(Math.random() * usable.length)];
  }

  #forward(client: Socket, target: { host: string; port: number } | undefined): void {
    if (target === undefined) return void client.destroy();
    const server = connect(target);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
