import { expect, test } from 'vitest';
import { LogOutput } from './log-output.js';

const info = '{"level":30,"time":0,"name":"worker","msg":"building"}';
const warning = '{"level":40,"time":0,"name":"worker","msg":"slow"}';

test('a quiet output shows the start in full and then warnings and stray text only', () => {
  const written: string[] = [];
  const logs = new LogOutput({ write: (text) => written.push(text), pretty: false, quiet: true });
  logs.line(info);
  logs.started();
  for (const text of [info, warning, 'Segmentation fault']) logs.line(text);
  expect(written).toEqual([info, warning, 'Segmentation fault']);
});

test('an output that is not quiet shows everything', () => {
  const written: string[] = [];
  const logs = new LogOutput({ write: (text) => written.push(text), pretty: true, quiet: false });
  logs.started();
  logs.line(info);
  expect(written).toEqual([expect.stringMatching(/worker {3}info {2}building$/)]);
});
