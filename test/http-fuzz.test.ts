import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ContractClient } from '../apps/gateway/src/testing/contract-client.js';
import { LiveGateway, repositoryFile } from '../apps/gateway/src/testing/live-gateway.js';
import { problemDetails } from '../packages/contracts/src/index.js';
import { AppProcess, freePort } from '../packages/test-servers/src/index.js';
import { type HttpRequest, httpRequest } from './http-fuzz/http-request.js';
import { readAnswer } from './http-fuzz/read-answer.js';

const seed = Number(process.env.BLIPQ_FUZZ_SEED ?? 20_261_129);
const seconds = Number(process.env.BLIPQ_FUZZ_S ?? 30);
/** Of the thread that answers everybody, for one request: its processor time, which a busy machine does not stretch. */
const blockMsMax = 200;
/** A gateway for itself, and the bodies that it may hold. */
const rssMbMax = 300 + 256;

const photo = readFileSync(repositoryFile('models/demo/examples/dog-on-the-grass.jpg'));
let around: LiveGateway;
let gateway: AppProcess;
let url: URL;
let contract: ContractClient;

beforeAll(async () => {
  const namespace = `test-${randomUUID()}`;
  around = new LiveGateway(inject('redisUrl'), { BLIPQ_NAMESPACE: namespace });
  await around.registerModel();
  const port = String(await freePort());
  url = new URL(`http://127.0.0.1:${port}`);
  gateway = await new AppProcess('gateway', {
    ...{ REDIS_URL: inject('redisUrl'), BLIPQ_NAMESPACE: namespace, PORT: port, BLIPQ_INTERNAL_PORT: '0' },
    ...{ BLIPQ_THREADS: '1', BLIPQ_GENERATE_TIMEOUT_S: '1', BLIPQ_FETCH_TIMEOUT_MS: '100' },
    ...{ BLIPQ_QUEUE_MAX: '1000000', BLIPQ_LOG_LEVEL: 'error' },
  }).ready();
  contract = await ContractClient.of(url.origin);
  // What is compiled once is not counted.
  const headers = { 'content-type': 'image/jpeg' };
  for (let n = 0; n < 20; n += 1) await contract.call('POST', '/v1/captions', { body: photo, headers });
});

afterAll(async () => {
  await gateway?.kill('SIGKILL');
  await around?.stopAround();
});

test(
  'whatever is sent is answered as the document says, without an error of ours, a block or growing memory',
  async () => {
    let answered = 0;
    const property = fc.asyncProperty(httpRequest(photo), async (request) => {
      const before = cpuMs();
      const answer = await send(request);
      expect(await fetch(`${url.origin}/livez`).then(({ status }) => status)).toBe(200);
      expect(cpuMs() - before, 'milliseconds of the main thread').toBeLessThan(blockMsMax);
      expect(rssMb()).toBeLessThan(rssMbMax);
      if (answer !== undefined) judge(request, answer);
      answered += 1;
    });
    const until = { interruptAfterTimeLimit: 1000 * seconds, markInterruptAsFailure: false };
    await fc.assert(property, { seed, numRuns: 1_000_000, ...until });
    expect(answered).toBeGreaterThan(10);
  },
  1000 * seconds + 240_000,
);

/** The answer; undefined where the connection ended without one, as it may for what is no HTTP or was broken off. */
async function send({ pieces, breaksOff }: HttpRequest) {
  const socket = connect(Number(url.port), url.hostname);
  const answer = readAnswer(socket);
  for (const { bytes, pauseMs } of pieces) {
    if (socket.destroyed) break;
    socket.write(bytes);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (breaksOff) socket.destroy();
  else socket.end();
  return await answer;
}

function judge({ method, path }: HttpRequest, answer: NonNullable<Awaited<ReturnType<typeof readAnswer>>>): void {
  const { status, text, headers } = answer;
  const told = `${method} ${path} ${status}: ${text.slice(0, 300)}`;
  const type = headers.get('content-type') ?? '';
  const json = /json/.test(type) && text !== '' ? JSON.parse(text) : undefined;
  // Of ours are those that say when to come back, or that nobody made the caption in time.
  if (status >= 500) expect(headers.has('retry-after') || status === 504, told).toBe(true);
  if (/problem\+json/.test(type) && json !== undefined)
    expect(problemDetails.parse(json).code, told).not.toBe('internal_error');
  if (path.startsWith('/v1/') && type !== '' && status !== 204)
    contract.checkIfDescribed(method, path, { ...answer, json });
}

function cpuMs(): number {
  const { pid } = gateway.child;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function rssMb(): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))?.[1]) / 1024;
}
