import { writeFile } from 'node:fs/promises';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { DataFile } from './data-file.js';
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
import { type Attribute, type Graph, type Node, type Value, weightBytes } from './graph.js';
import { GraphError } from './shape.js';

/** ONNX op set and IR version: old enough for every onnxruntime since 1.17, new enough for antialiased Resize. */
const OPSET = 18n;
const IR_VERSION = 9n;
const CONTRIB_OPSET = 1n;

/** Smaller tensors stand in the model file itself; larger ones in the data file. */
const INLINE_BYTES_MAX = 1024;

export interface WriteProgress {
  /** Bytes in the data file so far. */
  readonly bytesDone: number;
  /** The weight just written. */
  readonly name: string;
}

/**
 * Writes a model to `path` and its weights to `data`, which must lie in the same folder. Weights are read, written and
 * dropped one after another: memory stays bounded by the largest one.
 *
 * @param onProgress called after each weight
 * @throws GraphError when a weight's reader gives another number of bytes than its shape takes
 */
export async function writeModel(
  graph: Graph,
  path: string,
  data: DataFile,
  onProgress?: (progress: WriteProgress) => void,
): Promise<void> {
  if (graph.parent !== null) throw new GraphError(`${graph.name} is a loop's body, not a model`);
  const initializers: TensorProto[] = [];
  for (const { value, read } of graph.weights) {
    const bytes = weightBytes(value, await read());
    if (bytes.length <= INLINE_BYTES_MAX) {
      initializers.push(tensorProto(value, { rawData: bytes }));
      continue;
    }
    const offset = await data.add(bytes);
    initializers.push(tensorProto(value, externalData(data.name, offset, bytes.length)));
    onProgress?.({ bytesDone: data.length, name: value.name });
  }
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
