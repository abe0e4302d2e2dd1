import { join } from 'node:path';
import { DataFile, type Graph, writeModel } from '@blipq/onnx-graph';
import type { Checkpoint } from './checkpoint/checkpoint.js';
import type { BlipConfig } from './checkpoint/config.js';
import { StateDict } from './checkpoint/state-dict.js';
import { beamDecoder } from './model/beam-decoder.js';
import { greedyDecoder } from './model/greedy-decoder.js';
import { imageEncoder } from './model/image-graph.js';
import { matcher, questionEncoder } from './model/image-text.js';
import { formats, type ModelFormat, type Precision } from './model/weight-format.js';

export const encoderFile = 'encoder.onnx';
export const greedyDecoderFile = 'greedy-decoder.onnx';
export const beamDecoderFile = 'beam-decoder.onnx';
export const questionEncoderFile = 'question-encoder.onnx';
export const matcherFile = 'matcher.onnx';

/** Graphs that share a file of weights. */
interface Part {
  readonly name: 'encoder' | 'decoder' | 'matcher';
  readonly graphs: Readonly<Record<string, Graph>>;
}

/**
 * Writes a model's graphs and their weights into `folder`.
 *
 * @param onProgress told the bytes written so far of the part that is being written
 * @throws ModelError naming the tensors that are missing, misshapen or not part of the model
 */
export async function writeGraphs(
  folder: string,
  config: BlipConfig,
  checkpoint: Checkpoint,
  precision: Precision,
  onProgress: (phase: Part['name'], bytesDone: number) => void,
): Promise<void> {
  const tensors = new StateDict(checkpoint, config.text);
  const parts = partsOf(config, tensors, formats[precision]);
  tensors.finish();
  for (const { name, graphs } of parts) {
    const data = await DataFile.create(join(folder, `${name}.data`));
    try {
      for (const [file, graph] of Object.entries(graphs)) {
        await writeModel(graph, join(folder, file), data, ({ bytesDone }) => onProgress(name, bytesDone));
      }
    } finally {
      await data.close();
    }
  }
}

/**
 * Checks that a checkpoint holds the tensors that its configuration asks for.
 *
 * @returns the names of those that nothing needs
 * @throws ModelError naming the tensors that are missing, misshapen, of integers, or of another kind of model
 */
export function checkTensors(config: BlipConfig, checkpoint: Checkpoint): string[] {
  const tensors = new StateDict(checkpoint, config.text);
  partsOf(config, tensors, formats.fp32);
  return tensors.finish();
}

function partsOf(config: BlipConfig, tensors: StateDict, format: ModelFormat): Part[] {
  const encoder: Part = { name: 'encoder', graphs: { [encoderFile]: imageEncoder(config, tensors, format) } };
  if (config.task === 'image_text_retrieval') {
    return [encoder, { name: 'matcher', graphs: { [matcherFile]: matcher(config, tensors, format) } }];
  }
  const decoders = {
    [greedyDecoderFile]: greedyDecoder(config, tensors, format),
    [beamDecoderFile]: beamDecoder(config, tensors, format),
  };
  if (config.task === 'captioning') return [encoder, { name: 'decoder', graphs: decoders }];
  const graphs = { [questionEncoderFile]: questionEncoder(config, tensors, format), ...decoders };
  return [encoder, { name: 'decoder', graphs }];
}
