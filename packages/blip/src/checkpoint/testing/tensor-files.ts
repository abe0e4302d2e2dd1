import { toFloat32 } from '../dtype.js';
import { global, pickle, push, safetensors, zip } from './write-files.js';

/** A tensor as a file stores it. */
export interface FileTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type FileTensors = Map<string, FileTensor>;

/** The tensors of a safetensors file. */
export function readTensors(file: Uint8Array): FileTensors {
  const bytes = Buffer.from(file);
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__, ...header } = JSON.parse(bytes.toString('utf8', 8, dataStart));
  return new Map(
    Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) }],
    ),
  );
}

export function writeTensors(tensors: FileTensors): Buffer {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  return safetensors(Object.fromEntries(entries), Buffer.concat([...tensors.values()].map(({ data }) => data)));
}

/** A tensor in half precision with the same numbers in another: all of them fit. */
export function widened({ dtype, shape, data }: FileTensor, to: 'F16' | 'F32' | 'F64'): FileTensor {
  if (dtype !== 'F16') throw new Error(`${dtype} is not half precision`);
  if (to === 'F16') return { dtype, shape, data };
  const numbers = new Float32Array(data.length / 2);
  toFloat32('F16', new Uint8Array(data), numbers);
  const wide = to === 'F32' ? numbers : Float64Array.from(numbers);
  return { dtype: to, shape, data: new Uint8Array(wide.buffer) };
}

let halfBits: Map<number, number> | undefined;

/** Numbers that half precision has, in it. */
export function halfBytes(numbers: Float32Array): Uint8Array {
  if (halfBits === undefined) {
    const bits = Uint16Array.from({ length: 65_536 }, (_, index) => index);
    const values = new Float32Array(65_536);
    toFloat32('F16', new Uint8Array(bits.buffer), values);
    halfBits = new Map([...values].map((value, index) => [value, index]));
  }
  const known = halfBits;
  return new Uint8Array(Uint16Array.from(numbers, (number) => known.get(number)!).buffer);
}

const storages: Readonly<Record<string, string>> = {
  F64: 'DoubleStorage',
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  I64: 'LongStorage',
};

/**
 * A state dict as torch.save writes it.
 *
 * @param wrapped keys of the dict around it, outermost first, each beside a number
 */
export function writeTorch(tensors: FileTensors, wrapped: readonly string[] = []): Buffer {
  const entries = [...tensors].flatMap(([name, { dtype, shape }], key) => {
    const count = shape.reduce((product, side) => product * side, 1);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
    const storage = [push('storage'), global('torch', storages[dtype]!), push(`${key}`), push('cpu'), push(count)];
    const tensor = [push(0), push(shape), push(strides), '\x89', global('collections', 'OrderedDict'), ')R'];
    return [push(name), global('torch._utils', '_rebuild_tensor_v2'), '((', ...storage, 'tQ', ...tensor, 'tR', 's'];
  });
  const opened = wrapped.flatMap((key) => ['}', push('epoch'), push(3), 's', push(key)]);
  const data = pickle(...opened, '}', ...entries, 's'.repeat(wrapped.length));
  const parts = [...tensors.values()].map(({ data }, key) => ({ name: `archive/data/${key}`, data }));
  return zip([{ name: 'archive/data.pkl', data }, ...parts]);
}
