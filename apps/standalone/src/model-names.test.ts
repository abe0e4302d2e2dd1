import { expect, test } from 'vitest';
import { modelNames } from './model-names.js';

test('each model has the name that the API calls it by', () => {
  expect([...modelNames(['models/demo', 'owner/name@v1', '/nowhere'])]).toEqual([
    ['demo', 'models/demo'],
    ['owner/name', 'owner/name@v1'],
    ['/nowhere', '/nowhere'],
  ]);
});

test.each([
  [['/nowhere'], 'there is no folder /nowhere; set BLIPQ_MODEL to '],
  [[], 'BLIPQ_MODEL names no model; set BLIPQ_MODEL to '],
  [['models/demo', 'models/demo/'], 'models/demo and models/demo/, which would both be called demo'],
])('%j is refused', (references, says) => {
  expect(() => modelNames(references)).toThrow(
    expect.objectContaining({ name: 'StartupError', message: expect.stringContaining(says) }),
  );
});
