import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { prettyLogLine } from './pretty-log-line.js';

function logged(options: object, statement: string): string {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const logger = createLogger(${JSON.stringify(options)});
    ${statement}`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
}

test('secrets never reach a log line', () => {
  const line = logged(
    { name: 'gateway', level: 'info' },
    `logger.info({ password: 'hunter2', redis: { password: 'hunter2' }, request: { headers: { authorization: 'hunter2' } } }, 'hi')`,
  );
  expect(JSON.parse(line)).toMatchObject({ name: 'gateway', msg: 'hi', password: '[redacted]' });
  expect(line).not.toContain('hunter2');
});

test('an error of a Redis command says which, and not what it was given', () => {
  const line = logged(
    { name: 'gateway', level: 'info' },
    `const refused = () => Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
    logger.warn({ err: refused() }, 'Redis');
    logger.warn({ err: Object.assign(new Error('no node'), { lastNodeError: refused() }) }, 'Redis');`,
  );
  expect(line).toContain('"name":"auth"');
  expect(line).not.toContain('hunter2');
});

test('a pretty line shows who, how bad, what and the fields', () => {
  const line = logged(
    { name: 'worker', level: 'info', pretty: true },
    `logger.warn({ batch: 3 }, 'slow'); logger.debug('x')`,
  );
  expect(line).toMatch(/^\d\d:\d\d:\d\d worker {3}warn {2}slow batch=3\n$/);
});

test('text that is not a log line comes through unchanged', () => {
  expect(prettyLogLine('Segmentation fault\n')).toBe('Segmentation fault');
  expect(prettyLogLine('{"a":1}')).toBe('{"a":1}');
});
