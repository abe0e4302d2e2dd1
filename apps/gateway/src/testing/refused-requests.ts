import { readFile } from 'node:fs/promises';
import { problemDetails } from '@blipq/contracts';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { LiveGateway, repositoryFile } from './live-gateway.js';
import { type Body, imageForm } from './multipart.js';

export const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
/** A text that is not UTF-8. */
export const latin1 = Buffer.from('caf\xe9', 'latin1');
/** An id that no resource has. */
export const unknownId = 'cap_01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** A request (method and path, body) and the answer that it gets. */
export type RefusedRequest = [
  name: string,
  line: string,
  sent: Body | undefined,
  status: number,
  code?: string,
  field?: string,
];

/** Sends a request to the gateway of `startGateway`. */
export type Send = (line: string, sent: Body | undefined) => Promise<Response>;

/** Starts a gateway for the tests of a file. After each test it checks that Redis has the same keys as before. */
export function startGateway(): Send {
  let gateway: LiveGateway;
  let keysBefore: string[];
  beforeAll(async () => {
    gateway = await new LiveGateway(inject('redisUrl')).start();
    await gateway.registerModel();
    // A first submission creates keys that stay, such as the queue's metadata.
    const first = await fetch(`${gateway.url}/v1/captions`, { method: 'POST', ...imageForm('image', photo) });
    expect(first.status).toBe(202);
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    keysBefore = await gateway.keys();
    return async () => expect(await gateway.keys()).toEqual(keysBefore);
  });
  return (line, sent) => {
    const [method, path] = line.split(' ') as [string, string];
    return fetch(gateway.url + path, { method, ...sent });
  };
}

/** Declares one test for each request: `/v1` refuses it with a problem. */
export function testRefusals(send: Send, requests: RefusedRequest[]): void {
  test.each(requests)('%s', async (_name, line, sent, status, code, field) => {
    const answer = await send(line, sent);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = problemDetails.parse(await answer.json());
    expect(problem).toMatchObject({ status, code, type: `/docs/errors/${code}` });
    expect(answer.status).toBe(status);
    expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
    expect(problem.detail).not.toMatch(/\bat .*\.[jt]s:\d+/);
    if (field !== undefined) {
      const fields = problem.errors?.map((error) => error.field) ?? [];
      expect(
        fields.some((one) => one === field || one.startsWith(`${field}.`)),
        fields.join(),
      ).toBe(true);
    }
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  });
}
