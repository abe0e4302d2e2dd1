import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { SupervisedProcess } from './supervised-process.js';

const prints = (text: string) => `console.log('${text}'); setInterval(() => {}, 1000);`;

/** Supervises small programs, one source text for each start; the last one is used again. */
function supervise(...programs: string[]) {
  return superviseFor(60_000, ...programs);
}

function superviseFor(stopDeadlineMs: number, ...programs: string[]) {
  const events = new EventEmitter();
  const said: string[] = [];
  const children: ChildProcess[] = [];
  const supervised = new SupervisedProcess({
    name: 'program',
    spawn() {
      const source = programs[Math.min(children.length, programs.length - 1)]!;
      const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    },
    ready: (child) => once(child.stdout!, 'data').then(() => {}),
    line: (text) => events.emit('line', text),
    say(text) {
      said.push(text);
      events.emit('said', text);
    },
    stopDeadlineMs,
  });
  onTestFinished(() => supervised.stop());
  return { supervised, events, said, children };
}

test('a crashed process is started again, and both are said', async () => {
  const { supervised, events, said, children } = supervise(prints('up'));
  await supervised.start();
  children[0]!.kill('SIGKILL');
  while (said.at(-1) !== 'The program is back.') await once(events, 'said');
  expect(said).toEqual(['The program ended (signal SIGKILL); starting it again in 0.5 s.', 'The program is back.']);
  expect(children).toHaveLength(2);
});

test('a restart that fails is tried again after a longer pause', async () => {
  const { supervised, events, said, children } = supervise(prints('up'), 'process.exit(3)', prints('up'));
  await supervised.start();
  children[0]!.kill('SIGKILL');
  while (said.at(-1) !== 'The program is back.') await once(events, 'said');
  expect(said[1]).toBe(
    'The program did not start (the program ended while starting (exit code 3)); starting it again in 1 s.',
  );
});

test('a first start that fails is the reason to give up', async () => {
  const { supervised, said } = supervise('process.exit(3)');
  await expect(supervised.start()).rejects.toThrow('the program ended while starting (exit code 3)');
  expect(said).toEqual([]);
});

test('a program that does not exist is a failed start', async () => {
  const supervised = new SupervisedProcess({
    name: 'program',
    spawn: () => spawn('/nowhere/program'),
    ready: () => new Promise(() => {}),
    line: () => {},
    say: () => {},
    stopDeadlineMs: 200,
  });
  await expect(supervised.start()).rejects.toThrow('ENOENT');
  await supervised.stop();
});

test('stopping ends the process and starts no other', async () => {
  const { supervised, said, children } = supervise(prints('up'));
  await supervised.start();
  await supervised.stop();
  expect(children.map((child) => child.signalCode)).toEqual(['SIGTERM']);
  expect(said).toEqual([]);
});

test('a process that ignores SIGTERM is killed at the deadline', async () => {
  const { supervised, children } = superviseFor(200, `process.on('SIGTERM', () => {}); ${prints('up')}`);
  await supervised.start();
  await supervised.stop();
  expect(children[0]!.signalCode).toBe('SIGKILL');
});

test('every line that the process prints is passed on', async () => {
  const { supervised, events } = supervise(`console.error('careful'); ${prints('up')}`);
  const lines: string[] = [];
  events.on('line', (line) => lines.push(line));
  await supervised.start();
  while (lines.length < 2) await once(events, 'line');
  expect(lines.sort()).toEqual(['careful', 'up']);
});
