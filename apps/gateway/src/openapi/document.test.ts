import { expect, test } from 'vitest';
import { contractGroups } from '../testing/caption-contract.js';
import { openApiDocument } from './document.js';

test('a test file sees the successes of each operation', () => {
  const { paths } = openApiDocument({ keysRequired: false });
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods) as { operationId: string }[]);
  const groups = Object.values(contractGroups);
  const counts = ids.map(({ operationId }) => [operationId, groups.filter((group) => group.test(operationId)).length]);
  expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
});
