import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './load-config.js';
import { setting } from './settings.js';
import { StartupError } from './startup-error.js';

const schema = z.object({
  PORT: setting.port().default(3000),
  REDIS_URL: z.string().startsWith('redis').describe('an address like redis://').default('redis://127.0.0.1:6379'),
  BLIPQ_MODEL: setting.text('the folder of a checkpoint'),
  BLIPQ_BATCH_MAX: setting.wholeNumber(1, 64).default(8),
  BLIPQ_NO_INSTALL: setting.flag().default(false),
});

test('settings come from the variables, with defaults for unset and blank ones', () => {
  const { config, warnings } = loadConfig(schema, {
    BLIPQ_MODEL: ' m ',
    PORT: '  ',
    BLIPQ_NO_INSTALL: 'yes',
    HOME: '/',
  });
  expect(config).toEqual({
    PORT: 3000,
    REDIS_URL: 'redis://127.0.0.1:6379',
    BLIPQ_MODEL: 'm',
    BLIPQ_BATCH_MAX: 8,
    BLIPQ_NO_INSTALL: true,
  });
  expect(warnings).toEqual([]);
});

test('one error names every bad variable, what it got and what it takes', () => {
  const load = () => loadConfig(schema, { PORT: '70000', BLIPQ_BATCH_MAX: '8.5' });
  expect(load).toThrow(StartupError);
  expect(load).toThrow(
    'PORT is "70000"; it takes a port number from 0 to 65535; ' +
      'BLIPQ_MODEL is not set; it takes the folder of a checkpoint; ' +
      'BLIPQ_BATCH_MAX is "8.5"; it takes a whole number from 1 to 64',
  );
});

test.each([
  ['http://me:hunter2@host', 'http://…@host'],
  ['http://:hunt/er2@host,other', 'http://…@host,other'],
  ['http://host?sentinelPassword=hunter2#name', 'http://host?sentinelPassword=…#name'],
])('the bad address %s is reported without its password', (address, reported) => {
  const load = () => loadConfig(schema, { BLIPQ_MODEL: 'm', REDIS_URL: address });
  expect(load).toThrow(`REDIS_URL is "${reported}"; it takes an address like redis://`);
});

test('an unknown BLIPQ_ variable is a warning, other variables are none of our business', () => {
  const { warnings } = loadConfig(schema, { BLIPQ_MODEL: 'm', BLIPQ_BATCHMAX: '4', BLIPQ_BLANK: '', OTHER: 'x' });
  expect(warnings).toEqual(['BLIPQ_BATCHMAX is set but is not a setting of this program']);
});
