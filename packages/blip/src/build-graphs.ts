import { join } from 'node:path';
import { cast, DataFile, Graph, writeModel } from '@blipq/onnx-graph';
import type { Checkpoint } from './checkpoint/checkpoint.js';
import type { BlipConfig } from './checkpoint/config.js';
import { StateDict } from './checkpoint/state-dict.js';
import { beamDecoder } from './model/beam-decoder.js';
import { greedyDecoder } from './model/greedy-decoder.js';
import { Weights } from './model/linear.js';
import { visionEncoder } from './model/vision-encoder.js';
import { formats, type Precision } from './model/weight-format.js';

export const encoderFile = 'encoder.onnx';
export const greedyDecoderFile = 'greedy-decoder.onnx';
export const beamDecoderFile = 'beam-decoder.onnx';

/**
 * Writes a captioning model's graphs and their weights into `folder`.
 *
 * @param onProgress told the bytes written so far of the part that is being written
 * @throws ModelError naming the tensors that are missing, misshapen or not part of the model
 */
export async function writeCaptioningGraphs(
  folder: string,
  config: BlipConfig,
  checkpoint: Checkpoint,
  precision: Precision,
  onProgress: (phase: 'encoder' | 'decoder', bytesDone: number) => void,
): Promise<void> {
  const tensors = new StateDict(checkpoint);
  const format = formats[precision];
  const encoder = new Graph('encoder');
  const imageEmbeds = encodedPixels(encoder, config, new Weights(encoder, tensors, format.image, 'vision_model.'));
  encoder.output('image_embeds', imageEmbeds);
  const greedy = greedyDecoder(config, tensors, format);
  const beam = beamDecoder(config, tensors, format);
  tensors.finish();

  // The decoders differ in how they search, not in their weights: they share a data file.
  const parts = [
    { phase: 'encoder', data: 'encoder.data', graphs: { [encoderFile]: encoder } },
    { phase: 'decoder', data: 'decoder.data', graphs: { [greedyDecoderFile]: greedy, [beamDecoderFile]: beam } },
  ] as const;
  for (const { phase, data, graphs } of parts) {
    const dataFile = await DataFile.create(join(folder, data));
    try {
      for (const [file, graph] of Object.entries(graphs)) {
        await writeModel(graph, join(folder, file), dataFile, ({ bytesDone }) => onProgress(phase, bytesDone));
      }
    } finally {
      await dataFile.close();
    }
  }
}

/** pixels uint8 [B, S, S, 3] → float32 [B, N, D] */
function encodedPixels(graph: Graph, config: BlipConfig, weights: Weights) {
  const { imageSize } = config.vision;
  const pixels = graph.input('pixels', 'uint8', ['B', imageSize, imageSize, 3]);
  return cast(visionEncoder(pixels, config, weights), 'float32');
}
