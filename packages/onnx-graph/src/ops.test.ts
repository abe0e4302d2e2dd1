import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Value } from './index.js';
import { elementwiseCases } from './testing/elementwise-cases.js';
import { movementCases } from './testing/movement-cases.js';
import { Given, sizes } from './testing/op-case.js';
import { productCases } from './testing/product-cases.js';
import { reductionCases } from './testing/reduction-cases.js';
import { resolveShape, runGraph } from './testing/run-graph.js';

const cases = [...elementwiseCases, ...movementCases, ...productCases, ...reductionCases];

describe('every op gives the numbers, the type and the shape that were inferred', () => {
  const rows = cases.map(([name, build, ...expected]) => ({ name, build, expected }));
  test.each(rows)('$name', async ({ build, expected }) => {
    const given = new Given();
    const built = build(given);
    const results = Array.isArray(built) ? (built as Value[]) : [built as Value];
    const inferred = results.map(({ dtype, shape }) => ({ dtype, dims: resolveShape(shape, sizes) }));
    results.forEach((value, index) => {
      given.graph.output(`y${index}`, value);
    });
    const outputs = await runGraph(given.graph, given.feeds);
    expect(Object.keys(outputs)).toHaveLength(expected.length);
    for (const [index, values] of expected.entries()) {
      const { values: actual, ...type } = outputs[`y${index}`]!;
      expect(type).toEqual(inferred[index]);
      expectClose(actual, values);
    }
  });
});

test('every op has a case', async () => {
  const files = readdirSync(new URL('./ops/', import.meta.url)).filter(
    (file) => !/^(conditional|loop)|test/.test(file),
  );
  const modules = await Promise.all(files.map((file) => import(`./ops/${file.replace('.ts', '')}.ts`)));
  const tested = new Set(cases.map(([name]) => name.split(':')[0]));
  const ops = modules.flatMap((module) => Object.keys(module));
  expect(ops.filter((name) => !tested.has(name))).toEqual([]);
});

/** Within 1e-5, of one or of the value, whichever is larger: some ten roundings of a float32. */
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const far = expected.findIndex(
    (value, at) => actual[at] !== value && !(Math.abs(actual[at]! - value) <= 1e-5 * Math.max(1, Math.abs(value))),
  );
  if (far >= 0) expect(actual, `element ${far}`).toEqual(expected);
}
