import { expect, test } from 'vitest';
import { z } from 'zod';
import { passedOn } from './deployment-settings.js';
import { describeSetting } from './describe-setting.js';
import { setting } from './settings.js';
import { settingsHelp } from './settings-help.js';

const PORT = setting.port().default(3000).meta({ purpose: 'Port of the [API](api.md), `/v1`', essential: true });
const THREADS = setting.threads().meta({ purpose: 'Number of threads', initially: 'one for each CPU' });
const MODEL = setting.text('the folder of a checkpoint').meta({ purpose: 'Model to serve' });

test('a setting is described by its type and by what wraps it', () => {
  expect(describeSetting(PORT.optional())).toEqual({
    takes: 'a port number from 0 to 65535',
    purpose: 'Port of the [API](api.md), `/v1`',
    initial: '3000',
    required: false,
    essential: true,
  });
  expect(describeSetting(THREADS)).toMatchObject({ initial: 'one for each CPU', required: false, essential: false });
  expect(describeSetting(MODEL)).toMatchObject({ initial: undefined, required: true });
  expect(describeSetting(setting.flag().default(false))).toMatchObject({ initial: '0', purpose: '' });
});

test('what a process passes on keeps its description and takes any text', () => {
  const schema = z.object(passedOn({ PORT }));
  expect(schema.parse({ PORT: 'x' })).toEqual({ PORT: 'x' });
  const { initial: _, ...description } = describeSetting(PORT);
  expect(describeSetting(schema.shape.PORT)).toMatchObject(description);
});

test('help lists each setting with its purpose, what it takes and its default, and last those without a purpose', () => {
  const schema = z.object({ OTHER: z.string().optional(), PORT, MODEL });
  expect(settingsHelp(schema)).toBe(
    [
      '  PORT',
      '      Port of the API, /v1. Takes a port number from 0 to 65535. Default: 3000.',
      '  MODEL',
      '      Model to serve. Takes the folder of a checkpoint. Required.',
      '  Passed on to the process that reads them:',
      '      OTHER. docs/reference/settings.md describes them.',
      '',
    ].join('\n'),
  );
});

test('help breaks lines before they are wider than a terminal', () => {
  const long = setting.flag().meta({ purpose: 'word '.repeat(100).trim() });
  const lines = settingsHelp(z.object({ LONG: long })).split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});
