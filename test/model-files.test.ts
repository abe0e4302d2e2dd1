import { expect, test } from 'vitest';
import { configFiles } from '../packages/blip/src/content-hash.js';
import { smallFiles } from '../packages/hub/src/model-files.js';

test('the small files that a model is identified by are those that are downloaded with it', () => {
  expect(smallFiles).toEqual(configFiles);
});
