import { expect, test } from 'vitest';
import { LogOutput } from './log-output.js';

const info = '{"level":30,"time":0,"name":"worker","msg":"building"}';
const warning = '{"level":40,"time":0,"name":"worker","msg":"slow"}';

test('a quiet output shows the start in full and then warnings and stray text only', () => {
  const written: string[] = [];
  const logs = new LogOutput({ write: (text) => written.push(text), pretty: false, quiet: true });
  logs.line(info, 'demo');
  logs.started();
  for (const text of [info, warning, 'Segmentation fault']) logs.line(text, 'demo');
  expect(written).toEqual([info, warning, 'Segmentation fault']);
});

test('a quiet output for people says in words what each process does while it starts', () => {
  const written: string[] = [];
  const logs = new LogOutput({ write: (text) => written.push(text), pretty: true, quiet: true });
  const doing = '{"level":30,"time":0,"name":"worker","phase":"hash","doing":"reading the weights","msg":"preparing"}';
  for (const text of [doing, info, warning]) logs.line(text, 'demo');
  logs.started();
  logs.line(info, 'demo');
  expect(written).toEqual([
    'demo: reading the weights',
    'demo: building',
    expect.stringMatching(/worker {3}warn {2}slow$/),
  ]);
});

test('an output that is not quiet shows everything', () => {
  const written: string[] = [];
  const logs = new LogOutput({ write: (text) => written.push(text), pretty: true, quiet: false });
  logs.started();
  logs.line(info, 'demo');
  expect(written).toEqual([expect.stringMatching(/worker {3}info {2}building$/)]);
});
