import { type DType, type FloatType, type IntegerType, type NumericType, onnxType } from '../dtype.js';
import { emit, type Value } from '../graph.js';
import { broadcast, formatShape, GraphError } from '../shape.js';

/** A tensor, or a number that stands for a scalar of the other operand's type. */
export type Operand<D extends DType> = Value<D> | number;

function scalar<D extends DType>(like: Value<D>, operand: Operand<D>): Value<D> {
  return typeof operand === 'number' ? like.graph.constant(like.dtype, [], [operand]) : operand;
}

function sameType(op: string, ...values: Value[]): void {
  const [first, ...others] = values;
  for (const other of others) {
    if (other.dtype !== first?.dtype) {
      throw new GraphError(
        `${op}: ${first?.name} is ${first?.dtype} and ${other.name} is ${other.dtype}; they must be alike`,
      );
    }
  }
}

function binary<D extends DType>(op: string, a: Value<D>, b: Operand<D>): Value<D> {
  const other = scalar(a, b);
  sameType(op, a, other);
  return emit(op, [a, other], { dtype: a.dtype, shape: broadcast(op, a.shape, other.shape) });
}

function comparison<D extends DType>(op: string, a: Value<D>, b: Operand<D>): Value<'bool'> {
  const other = scalar(a, b);
  sameType(op, a, other);
  return emit(op, [a, other], { dtype: 'bool', shape: broadcast(op, a.shape, other.shape) });
}

function unary<D extends DType>(op: string, x: Value<D>): Value<D> {
  return emit(op, [x], { dtype: x.dtype, shape: x.shape });
}

export const add = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Add', a, b);
export const sub = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Sub', a, b);
export const mul = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Mul', a, b);
export const div = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Div', a, b);
export const pow = <D extends FloatType>(a: Value<D>, b: Operand<D>) => binary('Pow', a, b);
export const max = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Max', a, b);
export const min = <D extends NumericType>(a: Value<D>, b: Operand<D>) => binary('Min', a, b);
export const mod = <D extends IntegerType>(a: Value<D>, b: Operand<D>) => binary('Mod', a, b);

export const equal = <D extends DType>(a: Value<D>, b: Operand<D>) => comparison('Equal', a, b);
export const less = <D extends NumericType>(a: Value<D>, b: Operand<D>) => comparison('Less', a, b);
export const greater = <D extends NumericType>(a: Value<D>, b: Operand<D>) => comparison('Greater', a, b);
export const greaterOrEqual = <D extends NumericType>(a: Value<D>, b: Operand<D>) => comparison('GreaterOrEqual', a, b);

export const and = (a: Value<'bool'>, b: Value<'bool'>) => binary('And', a, b);
export const or = (a: Value<'bool'>, b: Value<'bool'>) => binary('Or', a, b);
export const not = (x: Value<'bool'>) => unary('Not', x);

export const abs = <D extends NumericType>(x: Value<D>) => unary('Abs', x);
export const neg = <D extends FloatType>(x: Value<D>) => unary('Neg', x);
export const identity = <D extends DType>(x: Value<D>) => unary('Identity', x);

/** `condition ? a : b`, element by element; numbers take the type of the other branch. onnxruntime has no int8, no bool. */
export function where<D extends Exclude<DType, 'int8' | 'bool'>>(
  condition: Value<'bool'>,
  a: Operand<D>,
  b: Operand<D>,
): Value<D> {
  const like = typeof a === 'number' ? b : a;
  if (typeof like === 'number') throw new GraphError('Where: at least one branch must be a tensor');
  const [yes, no] = [scalar(like, a), scalar(like, b)];
  sameType('Where', yes, no);
  const shape = broadcast('Where', condition.shape, yes.shape, no.shape);
  return emit('Where', [condition, yes, no], { dtype: like.dtype, shape });
}

/** The same elements as another type. Floats become integers by truncation. */
export function cast<D extends DType>(x: Value, to: D): Value<D> {
  if ((x.dtype as DType) === to) return x as Value as Value<D>;
  return emit('Cast', [x], { dtype: to, shape: x.shape }, { attributes: { to: onnxType(to) } });
}

/** Gaussian error linear unit, exact: x/2 · (1 + erf(x/√2)) (Hendrycks & Gimpel 2016). */
export function gelu<D extends FloatType>(x: Value<D>): Value<D> {
  return emit('Gelu', [x], { dtype: x.dtype, shape: x.shape }, { domain: 'com.microsoft' });
}

/** gelu(x + bias) in one pass. x [..., C], bias [C]. */
export function biasGelu<D extends FloatType>(x: Value<D>, bias: Value<D>): Value<D> {
  sameType('BiasGelu', x, bias);
  if (bias.shape.length !== 1 || bias.dim(0) !== x.dim(-1)) {
    throw new GraphError(`BiasGelu: bias ${formatShape(bias.shape)} does not fit ${formatShape(x.shape)}`);
  }
  return emit('BiasGelu', [x, bias], { dtype: x.dtype, shape: x.shape }, { domain: 'com.microsoft' });
}
