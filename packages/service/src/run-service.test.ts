import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'blipq-service-'));
afterAll(() => rmSync(dir, { recursive: true }));

const preamble = `
import { runService, StartupError } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
const say = (text) => process.stdout.write(text + '\\n');
const part = (name, more) => ({ start: () => say('start ' + name), stop: () => say('stop ' + name), ...more });
const alive = setInterval(() => {}, 1000);
`;

function program(name: string, body: string): string {
  const file = join(dir, `${name}.mjs`);
  writeFileSync(file, preamble + body);
  return file;
}

/** Runs a program, calls `act` once it has printed `when`, and resolves with everything it left behind. */
async function run(child: ChildProcess, when = '', act: (child: ChildProcess) => void = () => {}) {
  let out = '';
  let err = '';
  let acted = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (acted || !when || !out.includes(when)) return;
    acted = true;
    act(child);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const streams = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'end'));
  const [[code]] = await Promise.all([once(child, 'exit'), ...streams]);
  return { code, out: out.trim().split('\n'), err };
}

const node = (file: string) => spawn(process.execPath, [file]);

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s stops the parts in reverse order, exit code 0',
  async (signal) => {
    const file = program('in-order', `await runService(() => [part('a'), part('b')]); say('up');`);
    const { code, out, err } = await run(node(file), 'up', (child) => child.kill(signal));
    expect({ code, out, err }).toEqual({ code: 0, out: ['start a', 'start b', 'up', 'stop b', 'stop a'], err: '' });
  },
);

test('an expected start failure is one line without a stack, and what had started is stopped', async () => {
  const file = program(
    'busy',
    `await runService(() => [part('a'), part('b', { start() { throw new StartupError('port 1 is taken'); } }), part('c')]);`,
  );
  const { code, out, err } = await run(node(file));
  expect({ code, out, err }).toEqual({
    code: 1,
    out: ['start a', 'stop b', 'stop a'],
    err: 'blipq: port 1 is taken\n',
  });
});

test('a bug at start prints its stack', async () => {
  const file = program('bug', `await runService(() => [part('a', { async start() { undefined.x; } })]);`);
  const { code, err } = await run(node(file));
  expect(code).toBe(1);
  expect(err).toContain('bug.mjs');
});

test('a failure after the start stops everything with exit code 1', async () => {
  const file = program(
    'later',
    `await runService(({ fail }) => [part('a', { start() { setImmediate(() => fail(new StartupError('lost it'))); } })]);`,
  );
  expect(await run(node(file))).toEqual({ code: 1, out: ['stop a'], err: 'blipq: lost it\n' });
});

test('a signal during a long start aborts it', async () => {
  const file = program(
    'long-start',
    `await runService(({ stopping }) => [part('a', { start: () => new Promise((resolve, reject) => {
       stopping.addEventListener('abort', () => reject(new Error('aborted'))); say('building'); }) }), part('b')]);`,
  );
  const { code, out, err } = await run(node(file), 'building', (child) => child.kill('SIGTERM'));
  expect({ code, out, err }).toEqual({ code: 0, out: ['building', 'stop a'], err: '' });
});

test('the same Ctrl-C arriving twice still stops in order', async () => {
  const file = program(
    'twice',
    `await runService(() => [part('a', { stop: () => new Promise((resolve) => setTimeout(() => { say('stop a'); resolve(); }, 50)) })]);
     say('up');`,
  );
  const { code, out } = await run(node(file), 'up', (child) => {
    child.kill('SIGINT');
    child.kill('SIGINT');
  });
  expect({ code, out }).toEqual({ code: 0, out: ['start a', 'up', 'stop a'] });
});

test('a stop that hangs ends at the deadline with exit code 1', async () => {
  const file = program(
    'hang',
    `await runService(() => [part('a', { stop: () => new Promise(() => {}) })], { stopDeadlineMs: 50 }); say('up');`,
  );
  const { code, err } = await run(node(file), 'up', (child) => child.kill('SIGTERM'));
  expect({ code, err }).toEqual({ code: 1, err: 'blipq: did not stop within 0.05 s\n' });
});

test('a program can say itself how long its stop may take', async () => {
  const file = program(
    'within',
    `await runService(({ stopWithin }) => {
       stopWithin(50);
       return [part('a', { stop: () => new Promise(() => {}) })];
     });
     say('up');`,
  );
  const { code, err } = await run(node(file), 'up', (child) => child.kill('SIGTERM'));
  expect({ code, err }).toEqual({ code: 1, err: 'blipq: did not stop within 0.05 s\n' });
});

test('a forked service tells its parent when it is ready and stops when the parent is gone', async () => {
  const file = program('forked', `await runService(() => [part('a')]);`);
  const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.once('message', (message) => {
    expect(message).toEqual({ blipq: 'ready' });
    child.disconnect();
  });
  expect(await run(child)).toEqual({ code: 0, out: ['start a', 'stop a'], err: '' });
});

test('a forked service reports a failed start to its parent instead of standard error', async () => {
  const file = program('forked-failure', `await runService(() => { throw new StartupError('no model'); });`);
  const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const message = once(child, 'message');
  const { code, err } = await run(child);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect((await message)[0]).toEqual({ blipq: 'failed', message: 'no model' });
});
