import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { onnxType } from './dtype.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './gen/onnx_pb.js';
import { type Attribute, type Graph, type Node, type Value, type Weight, weightBytes } from './graph.js';
import { GraphError } from './shape.js';

/** ONNX op set and IR version: old enough for every onnxruntime since 1.17, new enough for antialiased Resize. */
const OPSET = 18n;
const IR_VERSION = 9n;
const CONTRIB_OPSET = 1n;

/** Smaller tensors stand in the model file itself; larger ones in the data file. */
const INLINE_BYTES_MAX = 1024;
/** Large tensors start on a page, so that onnxruntime can map them. */
const PAGE_BYTES = 4096;

export interface WriteProgress {
  readonly bytesDone: number;
  readonly name: string;
}

/**
 * Writes `path` and, beside it, `path.data` with the weights. Weights are read, written and dropped one after
 * another: memory stays bounded by the largest one.
 *
 * @param onProgress called after each weight with the bytes written so far
 * @throws GraphError when a weight's reader gives another number of bytes than its shape takes
 */
export async function writeModel(
  graph: Graph,
  path: string,
  onProgress?: (progress: WriteProgress) => void,
): Promise<void> {
  if (graph.parent !== null) throw new GraphError(`${graph.name} is a loop's body, not a model`);
  const initializers = await writeWeights(graph.weights, `${path}.data`, onProgress);
  await writeFile(path, modelBytes(graph, initializers));
}

/**
 * The bytes of a model small enough to be opened from memory: weights stand in them, there is no second file.
 *
 * @throws GraphError when a weight's reader gives another number of bytes than its shape takes
 */
export async function serializeModel(graph: Graph): Promise<Uint8Array> {
  if (graph.parent !== null) throw new GraphError(`${graph.name} is a loop's body, not a model`);
  const initializers: TensorProto[] = [];
  for (const { value, read } of graph.weights) {
    initializers.push(tensorProto(value, { rawData: weightBytes(value, await read()) }));
  }
  return modelBytes(graph, initializers);
}

function modelBytes(graph: Graph, initializers: TensorProto[]): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'blipq',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: OPSET }),
      create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: CONTRIB_OPSET }),
    ],
    graph: { ...graphProto(graph), initializer: initializers },
  });
  return toBinary(ModelProtoSchema, model);
}

async function writeWeights(
  weights: readonly Weight[],
  dataPath: string,
  onProgress?: (progress: WriteProgress) => void,
): Promise<TensorProto[]> {
  const file = await open(dataPath, 'w');
  try {
    const tensors: TensorProto[] = [];
    let offset = 0;
    for (const { value, read } of weights) {
      const bytes = weightBytes(value, await read());
      if (bytes.length <= INLINE_BYTES_MAX) {
        tensors.push(tensorProto(value, { rawData: bytes }));
        continue;
      }
      offset = Math.ceil(offset / PAGE_BYTES) * PAGE_BYTES;
      await file.write(bytes, 0, bytes.length, offset);
      tensors.push(tensorProto(value, externalData(basename(dataPath), offset, bytes.length)));
      offset += bytes.length;
      onProgress?.({ bytesDone: offset, name: value.name });
    }
    await file.sync();
    return tensors;
  } finally {
    await file.close();
  }
}

type TensorContent = MessageInitShape<typeof TensorProtoSchema>;

function tensorProto(value: Value, content: TensorContent): TensorProto {
  const dims = value.shape.map((dim) => BigInt(dim));
  return create(TensorProtoSchema, { name: value.name, dims, dataType: onnxType(value.dtype), ...content });
}

function externalData(location: string, offset: number, length: number): TensorContent {
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  };
}

function graphProto(graph: Graph) {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    input: graph.inputs.map(valueProto),
    output: graph.outputs.map(valueProto),
  });
}

function nodeProto(node: Node) {
  return create(NodeProtoSchema, {
    opType: node.op,
    domain: node.domain,
    name: node.name,
    input: node.inputs.map((value) => value?.name ?? ''),
    output: node.outputs.map((value) => value.name),
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  });
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('graph' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: graphProto(value.graph) });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function valueProto({ name, dtype, shape }: Value): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: onnxType(dtype),
          shape: create(TensorShapeProtoSchema, { dim }),
        }),
      },
    }),
  });
}
