import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostGate, type HostTurn, type SentAway } from './host-gate.js';

const slow = 'https://slow.example.com/hook';
const other = 'https://other.example.com/hook';
const options = { perHost: 2, patienceMs: 500, lineMax: 10, failuresMax: 3, openMs: 30_000, openMaxMs: 100_000 };

let gate: HostGate;
let count = 0;

beforeEach(() => {
  vi.useFakeTimers();
  gate = new HostGate(options);
});

afterEach(() => void vi.useRealTimers());

const enter = (url: string, id = String(count++), tenant = 'a') => gate.enter(url, id, tenant);

async function turn(url: string): Promise<HostTurn> {
  const answer = await enter(url);
  if ('waitMs' in answer) throw new Error(`sent away for ${answer.waitMs} ms`);
  return answer;
}

async function away(url: string, id?: string): Promise<SentAway> {
  const answer = await enter(url, id);
  if (!('waitMs' in answer)) throw new Error('not sent away');
  return answer;
}

async function fail(times: number): Promise<void> {
  for (let i = 0; i < times; i++) (await turn(slow)).leave('failing');
}

test('a host gets so many turns at once, each host its own', async () => {
  const [first] = [await turn(slow), await turn(slow)];
  const third = enter(slow);
  await turn(other);
  await turn('https://slow.example.com:8443/hook');
  first.leave('alive');
  expect(await third).toHaveProperty('leave');
});

test('who waits in line too long is sent away, and the place is free again', async () => {
  await turn(slow);
  await turn(slow);
  const third = enter(slow);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await third).toHaveProperty('waitMs');
});

test('no more are called back than fit into memory, however many hosts they wait for', async () => {
  const hosts = ['https://a.example.com/', 'https://b.example.com/'];
  let called = 0;
  for (const host of hosts) {
    await turn(host);
    await turn(host);
    await vi.advanceTimersByTimeAsync(5000);
    for (let i = 0; i < 6000; i++) (await away(host)).callBack(() => called++);
  }
  for (const host of hosts) {
    for (let before = -1; called > before; ) {
      before = called;
      await vi.advanceTimersByTimeAsync(300_000);
      for (let i = 0; i < 100; i++) {
        const answer = await gate.enter(host, 'probe', 'a');
        if ('leave' in answer) answer.leave('alive');
      }
    }
  }
  expect(called).toBeLessThanOrEqual(10_000);
});

test('nobody is let into the line of a host that takes too long', async () => {
  await turn(slow);
  await turn(slow);
  await vi.advanceTimersByTimeAsync(5000);
  for (let i = 0; i < 1000; i++) expect((await away(slow)).waitMs).toBeGreaterThanOrEqual(15_000);
});

test('a line has a limit, and who is sent away is called back when it has become short, the first first', async () => {
  const turns = [await turn(slow), await turn(slow)];
  const line = Array.from({ length: 10 }, () => enter(slow));
  const called: number[] = [];
  for (let i = 0; i < 20; i++) (await away(slow)).callBack(() => called.push(i));
  for (let i = 0; i < 5; i++) {
    turns[i]!.leave('alive');
    turns.push((await line[i]) as HostTurn);
  }
  expect(called).toEqual([]);
  turns[5]!.leave('alive');
  expect(called).toEqual([0, 1, 2, 3, 4, 5]);
});

test('who asks to be called back when there is room again already is called at once', async () => {
  const turns = [await turn(slow), await turn(slow)];
  await vi.advanceTimersByTimeAsync(5000);
  const { callBack } = await away(slow);
  for (const one of turns) one.leave('alive');
  const call = vi.fn();
  callBack(call);
  expect(call).toHaveBeenCalledOnce();
});

test('who came back by itself is not called', async () => {
  const turns = [await turn(slow), await turn(slow)];
  await vi.advanceTimersByTimeAsync(5000);
  const call = vi.fn();
  (await away(slow, 'impatient')).callBack(call);
  await away(slow, 'impatient');
  for (const one of turns) one.leave('alive');
  expect(call).not.toHaveBeenCalled();
});

test('a host that failed again and again is left alone, then probed one at a time', async () => {
  await fail(3);
  expect((await away(slow)).waitMs).toBeGreaterThanOrEqual(30_000);
  await turn(other);

  await vi.advanceTimersByTimeAsync(30_000);
  const probe = await turn(slow);
  await away(slow);
  probe.leave('failing');
  await vi.advanceTimersByTimeAsync(59_000);
  await away(slow); // Twice as long after a failed probe.

  await vi.advanceTimersByTimeAsync(1000);
  const call = vi.fn();
  const second = await turn(slow);
  (await away(slow)).callBack(call);
  expect(call).not.toHaveBeenCalled();
  second.leave('alive');
  expect(call, 'the host is back').toHaveBeenCalled();
  await turn(slow);
  await turn(slow);
});

test('failures that are not in a row, or not the host’s, do not count', async () => {
  await fail(2);
  (await turn(slow)).leave('alive');
  await fail(2);
  for (let i = 0; i < 5; i++) (await turn(slow)).leave('unknown');
  await turn(slow);
});

test('the line is sent away when the host turns out to fail', async () => {
  await fail(2);
  const [last] = [await turn(slow), await turn(slow)];
  const waiting = enter(slow);
  last.leave('failing');
  expect(((await waiting) as SentAway).waitMs).toBeGreaterThanOrEqual(30_000);
});

test('everybody in a line that is sent away is called back when the host answers again', async () => {
  await fail(2);
  const turns = [await turn(slow), await turn(slow)];
  const line = Array.from({ length: 5 }, () => enter(slow));
  turns[0]!.leave('failing');
  const called: number[] = [];
  for (const [i, answer] of (await Promise.all(line)).entries()) (answer as SentAway).callBack(() => called.push(i));
  turns[1]!.leave('unknown');
  await vi.advanceTimersByTimeAsync(30_000);
  for (const _ of line) (await turn(slow)).leave('alive');
  expect(called).toEqual([0, 1, 2, 3, 4]);
});

test('a tenant with many slow hosts has a share of all slots, others find theirs free, and it is called back', async () => {
  gate = new HostGate({ ...options, slots: 10 });
  const turns: HostTurn[] = [];
  let refused: SentAway | undefined;
  while (refused === undefined) {
    const answer = await enter(`https://host-${turns.length}.example.com/`, undefined, 'many');
    if ('waitMs' in answer) refused = answer;
    else turns.push(answer);
  }
  expect(turns).toHaveLength(8);
  const call = vi.fn();
  refused.callBack(call);
  expect(await enter(other, undefined, 'few')).toHaveProperty('leave');
  expect(call).not.toHaveBeenCalled();
  for (const one of turns) one.leave('alive');
  expect(call).toHaveBeenCalledOnce();
});

test('a host that fails one tenant, or answers it slowly, is as it was for another', async () => {
  await fail(3);
  await away(slow);
  expect(await enter(slow, undefined, 'b')).toHaveProperty('leave');
  await turn(other);
  await turn(other);
  await vi.advanceTimersByTimeAsync(5000);
  await away(other);
  expect(await enter(other, undefined, 'b')).toHaveProperty('leave');
});
