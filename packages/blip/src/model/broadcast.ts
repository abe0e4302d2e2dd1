import { unsqueeze, type Value } from '@blipq/onnx-graph';

type Broadcast = 'bool' | 'int64' | 'float32';

/** A row's value beside those of its beams: [B] → [B, 1] */
export function column<D extends Broadcast>(x: Value<D>): Value<D> {
  return unsqueeze(x, 1);
}

/** A row's value beside those of its beams' tokens: [B] → [B, 1, 1] */
export function perBeam<D extends Broadcast>(x: Value<D>): Value<D> {
  return unsqueeze(column(x), 2);
}
