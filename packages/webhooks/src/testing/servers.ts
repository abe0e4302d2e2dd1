import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createGuardedAgent, type GuardedAgent, type TargetPolicy } from '../guarded-agent.js';
import { certificate, certificateKey } from './certificates.js';

/** A running server, and every connection that it got. */
export interface TestServer {
  port: number;
  connections: Socket[];
}

export function httpServer(answer: http.RequestListener, host?: string, port?: number): Promise<TestServer> {
  return start(http.createServer(answer), host, port);
}

export function httpsServer(answer: http.RequestListener): Promise<TestServer> {
  return start(https.createServer({ cert: certificate, key: certificateKey }, answer));
}

/** For what no HTTP server would answer. `answer` is called when the head of a request has come. */
export function rawServer(answer: (socket: Socket) => void): Promise<TestServer> {
  return start(net.createServer((socket) => socket.once('data', () => answer(socket))));
}

/** An agent that reaches the test servers on 127.0.0.1 and nothing else that is not public. */
export function testAgent(policy: TargetPolicy, ...servers: TestServer[]): GuardedAgent {
  const ports = servers.map(({ port }) => port);
  const agent = createGuardedAgent({ allow: ['127.0.0.1/32'], allowHttp: true, ports, ...policy });
  onTestFinished(() => agent.close());
  return agent;
}

async function start(server: net.Server, host = '127.0.0.1', port = 0): Promise<TestServer> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => {}); // Clients that hang up are the point of many tests.
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, connections };
}
