import { expect, test } from 'vitest';
import { z } from 'zod';
import { plainIssue } from './plain-issue.js';

const schema = z.strictObject({
  count: z.int().min(1).max(8),
  share: z.number().min(0.1).optional(),
  kind: z.enum(['one', 'two', 'three']).optional(),
  name: z.string().min(1).max(3).optional(),
  texts: z.array(z.string()).min(1).max(2).optional(),
  facts: z.record(z.string(), z.string()).optional(),
  whether: z.boolean().optional(),
  either: z.union([z.string(), z.number()], { error: 'must be this or that' }).optional(),
  any: z.union([z.string(), z.number()]).optional(),
  parts: z.union([z.string(), z.array(z.string())]).optional(),
  code: z.string().regex(/^x$/).optional(),
  named: z.record(z.string().min(1).max(3), z.string()).optional(),
});

test.each([
  [{ count: '5' }, 'must be a number'],
  [{ count: 1.5 }, 'must be a whole number'],
  [{ count: 0 }, 'must be at least 1'],
  [{ count: 9 }, 'must be at most 8'],
  [{}, 'is required'],
  [{ count: 1, share: 0 }, 'must be at least 0.1'],
  [{ count: 1, kind: 'four' }, 'must be one, two or three'],
  [{ count: 1, name: '' }, 'is empty'],
  [{ count: 1, name: 'long' }, 'must have at most 3 characters'],
  [{ count: 1, texts: [] }, 'is empty'],
  [{ count: 1, texts: ['a', 'b', 'c'] }, 'must have at most 2 items'],
  [{ count: 1, texts: [7] }, 'must be a text'],
  [{ count: 1, facts: 'x' }, 'must be an object'],
  [{ count: 1, whether: 'perhaps' }, 'must be true or false'],
  [{ count: 1, either: [] }, 'must be this or that'],
  [{ count: 1, any: [] }, 'must be a text, or a number'],
  [{ count: 1, parts: [7] }, 'has a form that is not taken here'],
  [{ count: 1, code: 'y' }, 'is not written as it must be'],
  [{ count: 1, named: { '': 'x' } }, 'has a name that is empty'],
  [{ count: 1, named: { long: 'x' } }, 'has a name that must have at most 3 characters'],
  [[], 'must be an object'],
])('%j: %s', (value, message) => {
  expect(schema.safeParse(value, { error: plainIssue }).error?.issues).toEqual([expect.objectContaining({ message })]);
});
