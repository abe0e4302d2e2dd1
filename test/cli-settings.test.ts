import { expect, test } from 'vitest';
import { commandSettings, workersOwnSettings } from '../apps/cli/src/config.js';
import { workerSettings } from '../apps/worker/src/config.js';

test('the command knows every BLIPQ_ variable of a worker, whose environment it is often run in', () => {
  const known = [...Object.keys(commandSettings.shape), ...workersOwnSettings];
  const read = Object.keys(workerSettings.shape).filter((name) => name.startsWith('BLIPQ_'));
  expect(known.filter((name) => name.startsWith('BLIPQ_')).sort()).toEqual(read.sort());
});
