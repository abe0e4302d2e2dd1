/** The clients of the gateway benchmark, in a process of their own: takes one order, reports once. */
import { readFile } from 'node:fs/promises';
import { Agent, type ClientRequest, request } from 'node:http';

export interface LoadOrder {
  /** Submit for some seconds; or open so many connections that wait for, or listen to, a caption that never ends. */
  kind: 'submit' | 'wait' | 'listen';
  url: string;
  image: string;
  connections: number;
  seconds?: number;
}
export interface LoadReport {
  count: number;
  failed: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of this process. */
  cpuS: number;
}

const boundary = 'blipq-bench';

process.once('message', async (order: LoadOrder) => {
  const report = order.kind === 'submit' ? await submitting(order) : await waiting(order);
  process.send!(report);
  if (order.kind === 'submit') process.disconnect();
});

async function submitting({ url, image, connections, seconds = 10 }: LoadOrder): Promise<LoadReport> {
  const body = form(await readFile(image));
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let failed = 0;
  const [startedMs, cpuFrom] = [performance.now(), process.cpuUsage()];
  const endMs = startedMs + seconds * 1000;
  const client = async () => {
    while (performance.now() < endMs) {
      const fromMs = performance.now();
      const { status } = await post(url, body, agent);
      if (status === 202) latenciesMs.push(performance.now() - fromMs);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? Number.NaN;
  const elapsedS = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuFrom);
  const cpuS = (user + system) / 1e6;
  return { count: latenciesMs.length, failed, seconds: elapsedS, p50Ms: at(0.5), p99Ms: at(0.99), cpuS };
}

/** Resolves when the gateway holds all connections; they stay open until this process is ended. */
async function waiting({ kind, url, image, connections }: LoadOrder): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true });
  const { status, location } = await post(url, form(await readFile(image)), agent);
  if (status !== 202) throw new Error(`a submit was answered ${status}`);
  const target = kind === 'wait' ? location : `${location}/events`;
  const open = Array.from({ length: connections }, async () => {
    const asking = request(`${url}${target}`, {
      agent: new Agent(),
      headers: kind === 'wait' ? { prefer: 'wait=60' } : {},
    });
    asking.end();
    await (kind === 'wait' ? connected(asking) : firstByte(asking));
  });
  await Promise.all(open);
  // The gateway answers requests in turn: once it answers this one, it has taken up all those before it.
  await post(url, form(await readFile(image)), agent);
  return { count: connections, failed: 0, seconds: 0, p50Ms: 0, p99Ms: 0, cpuS: 0 };
}

function connected(asking: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    asking.once('finish', resolve).once('error', reject);
  });
}

function firstByte(asking: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    asking.once('error', reject).once('response', (response) => response.once('data', () => resolve()));
  });
}

function form(image: Buffer): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), image, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

function post(url: string, body: Buffer, agent: Agent): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length };
    // Equal images would be answered from the stored result, had any been captioned.
    const sending = request(`${url}/v1/captions`, {
      method: 'POST',
      agent,
      headers: { ...headers, 'cache-control': 'no-cache' },
    });
    sending.once('error', reject).once('response', (response) => {
      response.resume().once('end', () => {
        resolve({ status: response.statusCode!, location: String(response.headers.location) });
      });
    });
    sending.end(body);
  });
}
