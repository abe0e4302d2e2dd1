import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModelProtoSchema } from './gen/onnx_pb.js';
import { add, DataFile, Graph, GraphError, gather, matMul, serializeModel, type Value, writeModel } from './index.js';
import { runModel, writeGraph } from './testing/run-graph.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blipq-write-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ramp = (length: number, start = 0) => Float32Array.from({ length }, (_, i) => start + i);

/** x + each of some weights, of these sizes and values. */
function sums(weights: readonly { name: string; read: () => Promise<ArrayBufferView>; length: number }[]): Graph {
  const graph = new Graph('sums');
  const x = graph.input('x', 'float32', [1]);
  for (const { name, length, read } of weights) {
    graph.output(`y_${name}`, add(x, graph.weight(name, 'float32', [length], read)));
  }
  return graph;
}

const x = { dtype: 'float32', dims: [1], values: [0.5] } as const;

interface Stored {
  readonly name: string;
  readonly raw: number;
  readonly external: Readonly<Record<string, string>>;
}

async function initializersOf(path: string): Promise<Stored[]> {
  const model = fromBinary(ModelProtoSchema, await readFile(path));
  return model.graph!.initializer.map(({ name, rawData, externalData }) => ({
    name,
    raw: rawData.length,
    external: Object.fromEntries(externalData.map(({ key, value }) => [key, value])),
  }));
}

describe('writeModel', () => {
  test('keeps small tensors in the model and starts large ones on a page of the data file', async () => {
    const lengths = [256, 257, 2000, 1, 5000];
    const weights = lengths.map((length) => ({ name: `w${length}`, length, read: async () => ramp(length, length) }));
    const path = await writeGraph(sums(weights), folder);
    for (const { name, raw, external } of await initializersOf(path)) {
      const bytes = Number(name.slice(1)) * 4;
      if (bytes <= 1024) expect({ raw, external }).toEqual({ raw: bytes, external: {} });
      else {
        expect({ raw, ...external }).toMatchObject({ raw: 0, location: 'model.data', length: String(bytes) });
        expect(Number(external.offset) % 4096).toBe(0);
      }
    }
    const outputs = await runModel(path, { x });
    for (const length of lengths) {
      expect(outputs[`y_w${length}`]?.values).toEqual([...ramp(length, length + 0.5)]);
    }
  });

  test('reads each weight once, one after another, and tells of each that went to the data file', async () => {
    let inFlight = 0;
    const read: string[] = [];
    const weights = ['a', 'b', 'c', 'd'].map((name, index) => ({
      name,
      length: 1000,
      read: async () => {
        expect(++inFlight).toBe(1);
        read.push(name);
        // A turn of the event loop, in which another read could begin.
        await stat(folder);
        inFlight--;
        return ramp(1000, index);
      },
    }));
    const progress: [string, number][] = [];
    const path = await writeGraph(sums(weights), folder, ({ name, bytesDone }) => progress.push([name, bytesDone]));
    expect(read).toEqual(['a', 'b', 'c', 'd']);
    expect(progress.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    const bytes = progress.map(([, bytesDone]) => bytesDone);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes.at(-1)).toBe((await stat(join(folder, 'model.data'))).size);
    expect((await runModel(path, { x })).y_d?.values).toEqual([...ramp(1000, 3.5)]);
  });

  test('writes equal weights once, for all models that share the data file', async () => {
    const shared = async () => ramp(3000);
    const models = {
      one: sums([
        { name: 'a', length: 3000, read: shared },
        { name: 'b', length: 3000, read: async () => ramp(3000, 1) },
      ]),
      two: sums([
        { name: 'c', length: 3000, read: async () => ramp(3000, 2) },
        { name: 'd', length: 3000, read: shared },
      ]),
    };
    const data = await DataFile.create(join(folder, 'weights'));
    for (const [name, graph] of Object.entries(models)) await writeModel(graph, join(folder, name), data);
    await data.close();
    expect((await stat(join(folder, 'weights'))).size).toBeLessThan(4 * 12_000);
    const [one, two] = await Promise.all(Object.keys(models).map((name) => runModel(join(folder, name), { x })));
    expect(one?.y_a?.values).toEqual([...ramp(3000, 0.5)]);
    expect(one?.y_b?.values).toEqual([...ramp(3000, 1.5)]);
    expect(two?.y_c?.values).toEqual([...ramp(3000, 2.5)]);
    expect(two?.y_d?.values).toEqual([...ramp(3000, 0.5)]);
  });

  test('takes views into larger buffers, and every element type', async () => {
    const graph = new Graph('main');
    const all = ramp(4000);
    const floats = graph.weight('floats', 'float32', [2, 1000], async () => all.subarray(1000, 3000));
    const indices = graph.weight('indices', 'int64', [400], async () => BigInt64Array.from({ length: 400 }, () => 1n));
    graph.output('y', gather(floats, indices));
    const { y } = await runModel(await writeGraph(graph, folder));
    expect(y?.dims).toEqual([400, 1000]);
    expect(y?.values.slice(-1000)).toEqual([...ramp(1000, 2000)]);
  });

  test.each([999, 1001, 0])('names a weight whose reader gives %i elements for 1000', async (length) => {
    const graph = sums([{ name: 'layer.weight', length: 1000, read: async () => ramp(length) }]);
    const message = `layer.weight [1000]: expected 4000 bytes, got ${length * 4}`;
    await expect(writeGraph(graph, folder)).rejects.toThrow(new GraphError(message));
    await expect(serializeModel(graph)).rejects.toThrow(new GraphError(message));
  });

  test('passes on what a reader throws', async () => {
    const error = new Error('the disk is gone');
    await expect(writeGraph(sums([{ name: 'w', length: 1, read: () => Promise.reject(error) }]), folder)).rejects.toBe(
      error,
    );
  });

  test("refuses a loop's body", async () => {
    const body = new Graph('body', new Graph('main'));
    await expect(writeGraph(body, folder)).rejects.toThrow(new GraphError("body is a loop's body, not a model"));
    await expect(serializeModel(body)).rejects.toThrow(new GraphError("body is a loop's body, not a model"));
  });
});

test('a disk that is full in the middle of a weight is an error', () => {
  const built = new URL('../dist/index.js', import.meta.url);
  const script = `
    import { DataFile } from ${JSON.stringify(built.href)};
    const data = await DataFile.create(process.argv[1]);
    await data.add(new Uint8Array(40_000));
    await data.close();`;
  const command = 'ulimit -f 16 && exec "$0" --input-type=module -e "$1" "$2"';
  const child = spawnSync('bash', ['-c', command, process.execPath, script, join(folder, 'data')], {
    encoding: 'utf8',
  });
  expect(child.stderr).toContain('EFBIG');
  expect(child.status).toBe(1);
});

test('serializeModel gives a model that opens from memory', async () => {
  const graph = new Graph('main');
  const input: Value<'float32'> = graph.input('x', 'float32', [1, 1]);
  graph.output(
    'y',
    matMul(
      input,
      graph.weight('w', 'float32', [1, 2000], async () => ramp(2000)),
    ),
  );
  const bytes = await serializeModel(graph);
  const { y } = await runModel(bytes, { x: { dtype: 'float32', dims: [1, 1], values: [2] } });
  expect(y?.values).toEqual([...ramp(2000)].map((value) => value * 2));
});
