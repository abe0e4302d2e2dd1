import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  bytesOf,
  DataFile,
  type Dim,
  type DType,
  disableTelemetry,
  encodeElements,
  type Graph,
  type Shape,
  type WriteProgress,
  writeModel,
} from '../index.js';

/** A tensor's elements as numbers, in C order. Booleans are 0 and 1. */
export interface Elements {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** Writes the model, opens it in onnxruntime and runs it once. */
export async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Elements>> = {},
): Promise<Record<string, Elements>> {
  const folder = await mkdtemp(join(tmpdir(), 'blipq-onnx-graph-'));
  try {
    return await runModel(await writeGraph(graph, folder), feeds);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes a model and a data file of its own into a folder and returns the model's path. */
export async function writeGraph(
  graph: Graph,
  folder: string,
  onProgress?: (progress: WriteProgress) => void,
): Promise<string> {
  const path = join(folder, 'model.onnx');
  const data = await DataFile.create(join(folder, 'model.data'));
  try {
    await writeModel(graph, path, data, onProgress);
  } finally {
    await data.close();
  }
  return path;
}

/** Opens a model, from a file or from memory, as our services do, and runs it once. */
export async function runModel(
  model: string | Uint8Array,
  feeds: Readonly<Record<string, Elements>> = {},
): Promise<Record<string, Elements>> {
  disableTelemetry();
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session =
    typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  try {
    const tensors = Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)] as const);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]));
  } finally {
    await session.release();
  }
}

function toTensor({ dtype, dims, values }: Elements): Tensor {
  // A copy, because the array must start on a multiple of its elements' size.
  const { buffer } = bytesOf(encodeElements(dtype, values).slice());
  switch (dtype) {
    case 'float32':
      return new Tensor(dtype, new Float32Array(buffer as ArrayBuffer), dims);
    case 'float16':
      return new Tensor(dtype, new Uint16Array(buffer as ArrayBuffer), dims);
    case 'int64':
      return new Tensor(dtype, new BigInt64Array(buffer as ArrayBuffer), dims);
    case 'int32':
      return new Tensor(dtype, new Int32Array(buffer as ArrayBuffer), dims);
    case 'int8':
      return new Tensor(dtype, new Int8Array(buffer as ArrayBuffer), dims);
    case 'uint8':
    case 'bool':
      return new Tensor(dtype, new Uint8Array(buffer as ArrayBuffer), dims);
  }
}

function fromTensor({ type, dims, data }: Tensor): Elements {
  if (type === 'float16') throw new Error('cast half-precision results to float32 in the graph');
  return { dtype: type as DType, dims, values: Array.from(data as Iterable<number | bigint | boolean>, Number) };
}

/**
 * What a shape's named and derived dimensions ('B', 'B*6', 'T+1') come to, given the sizes of the names.
 */
export function resolveShape(shape: Shape, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((dim) => resolveDim(dim, sizes));
}

function resolveDim(dim: Dim, sizes: ReadonlyMap<string, number>): number {
  if (typeof dim === 'number') return dim;
  const known = sizes.get(dim);
  if (known !== undefined) return known;
  for (const [operator, apply] of operators) {
    const at = lastOutsideParentheses(dim, operator);
    if (at > 0) return apply(resolveDim(dim.slice(0, at), sizes), resolveDim(dim.slice(at + 1), sizes));
  }
  if (dim.startsWith('(')) return resolveDim(dim.slice(1, -1), sizes);
  if (/^\d+$/.test(dim)) return Number(dim);
  throw new Error(`no size is known for ${dim}`);
}

const operators: [string, (a: number, b: number) => number][] = [
  ['+', (a, b) => a + b],
  ['*', (a, b) => a * b],
];

function lastOutsideParentheses(text: string, character: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(') depth--;
    else if (depth === 0 && text[at] === character) return at;
  }
  return -1;
}
