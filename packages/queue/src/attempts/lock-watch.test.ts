import { expect, onTestFinished, test } from 'vitest';
import { latch } from '../testing/fixtures.js';
import { LockWatch } from './lock-watch.js';

function started(silenceMs: number) {
  const silent: string[] = [];
  const last = latch();
  const watch = new LockWatch(silenceMs, (id) => {
    silent.push(id);
    if (id === 'last') last.open();
  });
  watch.start();
  onTestFinished(() => watch.stop());
  return { watch, silent, last: last.promise };
}

test('a lock that nothing confirms is reported once, one that is confirmed or given up is not', async () => {
  const { watch, silent, last } = started(100);
  for (const id of ['lost', 'confirmed', 'done', 'last']) watch.hold(id);
  watch.release('done');
  const confirming = setInterval(() => watch.confirm(['confirmed', 'done', 'unknown']), 5);
  await last;
  clearInterval(confirming);
  expect(silent).toEqual(['lost', 'last']);
});

test('a process that was blocked for longer does not take its locks for lost before it has asked', async () => {
  const { watch, silent, last } = started(100);
  for (const id of ['asked', 'last']) watch.hold(id);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  const confirming = setInterval(() => watch.confirm(['asked']), 5);
  await last;
  clearInterval(confirming);
  expect(silent).toEqual(['last']);
});
