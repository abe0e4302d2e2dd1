/** One dimension: a number, or the name of a dimension known only at run time ('B', or a derived one such as 'B*577'). */
export type Dim = number | string;

/** Dimensions from the outermost to the innermost; [] is a scalar. */
export type Shape = readonly Dim[];

/** An op was given shapes or dtypes that it does not take. The message names the op and what it got. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The shape of an elementwise op's result (ONNX multidirectional broadcasting, as NumPy's).
 * A named dimension meets only itself and 1.
 */
export function broadcast(op: string, ...shapes: Shape[]): Dim[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (result !== 1) throw new GraphError(`${op}: cannot broadcast ${shapes.map(formatShape).join(' with ')}`);
      result = dim;
    }
    return result;
  });
}

/** axis counted from the front; negative ones count from the back. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new GraphError(`${op}: axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normalized;
}

/** Sum of dimensions, as concatenation makes it: addDims('T', 1) is T+1. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  return b === 0 ? a : `${a}+${b}`;
}

/**
 * The product of dimensions as a number times a sorted list of names, so that shapes with the same number of
 * elements compare equal: product(['B', 2, 3]) and product([6, 'B']) are both 6*B. A sum is one name: B*(T+1).
 */
export function product(shape: Shape): Dim {
  let factor = 1;
  const names: string[] = [];
  for (const part of shape.flatMap(factors)) {
    if (/^\d+$/.test(part)) factor *= Number(part);
    else names.push(part);
  }
  if (names.length === 0) return factor;
  names.sort();
  return factor === 1 ? names.join('*') : [factor, ...names].join('*');
}

function factors(dim: Dim): string[] {
  const text = String(dim);
  return splitOutsideParentheses(text, '+').length > 1 ? [`(${text})`] : splitOutsideParentheses(text, '*');
}

function splitOutsideParentheses(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
