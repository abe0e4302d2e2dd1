// What a release publishes: the one list that the workflows, the tools beside this file and their tests go by.

/** Targets of docker/Dockerfile, their key in the chart's `images`, and where onnxruntime has binaries for them. */
export const images = [
  { target: 'gateway', value: 'gateway', platforms: ['linux/amd64', 'linux/arm64'] },
  { target: 'notifier', value: 'notifier', platforms: ['linux/amd64', 'linux/arm64'] },
  { target: 'worker-cpu', value: 'workerCpu', platforms: ['linux/amd64', 'linux/arm64'] },
  { target: 'worker-cuda', value: 'workerCuda', platforms: ['linux/amd64', 'linux/arm64'] },
];

/** Folders of the npm packages, each after those that it depends on. `@blipq/local` is put together by pack.mjs. */
export const packageFolders = [
  'packages/contracts',
  'packages/client',
  'packages/onnx-graph',
  'packages/blip',
  'apps/cli',
];
