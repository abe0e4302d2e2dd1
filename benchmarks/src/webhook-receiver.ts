/** Receives webhooks on some ports for `webhooks.ts`, checks every signature, and reports when it has all of them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from '@blipq/webhooks';

export interface ReceiverOrder {
  secret: string;
  hosts: number;
}
export type ReceiverReport = { ports: number[] } | { seconds: number; requests: number };

const [order] = (await once(process, 'message')) as [ReceiverOrder];
const ids = new Set<string>();
let requests = 0;
let expected = Number.POSITIVE_INFINITY;
let firstMs = 0;

const servers = Array.from({ length: order.hosts }, () =>
  createServer(async (request, response) => {
    if (requests++ === 0) firstMs = performance.now();
    verifyWebhook(await text(request), request.headers, order.secret);
    response.writeHead(204).end();
    ids.add(String(request.headers['webhook-id']));
    if (ids.size === expected) report({ seconds: (performance.now() - firstMs) / 1000, requests });
  }).listen(0, '127.0.0.1'),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
report({ ports: servers.map((server) => (server.address() as AddressInfo).port) });
process.on('message', (message: { expect: number }) => {
  expected = message.expect;
  requests = 0;
  ids.clear();
});

function report(message: ReceiverReport): void {
  process.send!(message);
}
