import type { BenchPrecision, EngineName } from './results.js';

/** A program of `peers/`, with the packages that it needs. */
export interface Peer {
  engine: EngineName;
  program: 'eager' | 'compiled' | 'onnxruntime' | 'openvino';
  precisions: readonly BenchPrecision[];
}

/** What `--vs` takes. */
export const peers = {
  pytorch: [
    { engine: 'PyTorch', program: 'eager', precisions: ['fp32', 'bf16'] },
    { engine: 'torch.compile', program: 'compiled', precisions: ['fp32', 'bf16'] },
  ],
  openvino: [{ engine: 'OpenVINO', program: 'openvino', precisions: ['fp32', 'bf16', 'int8'] }],
  onnxruntime: [{ engine: 'onnxruntime', program: 'onnxruntime', precisions: ['fp32'] }],
} as const satisfies Record<string, readonly Peer[]>;

export type PeerName = keyof typeof peers;

/** What each has to be able to import. */
export const packages: Record<PeerName, readonly string[]> = {
  pytorch: ['torch', 'transformers'],
  openvino: ['torch', 'transformers', 'openvino', 'nncf'],
  onnxruntime: ['torch', 'transformers', 'onnx', 'onnxscript', 'onnxruntime'],
};
