import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { encoderFile, greedyDecoderFile, matcherFile, questionEncoderFile } from './build-graphs.js';
import { cpuInfo } from './cpu-info.js';
import { int64, padded } from './decoder-feeds.js';
import { type DecoderMemory, generateGreedy } from './generation.js';
import { int8Saturates } from './int8-saturation.js';
import { blockMatrix } from './model/matrix.js';
import { formats } from './model/weight-format.js';
import { type ModelFacts, readModelFacts } from './model-facts.js';
import { sampleImages } from './sample-images.js';
import { Session, type SessionOptions, type TensorLike } from './session.js';

type Outputs = Record<string, TensorLike>;
type Run = (session: Session) => Promise<Outputs>;

/** What tells CPUs apart for which onnxruntime optimises graphs in unlike ways. */
export interface CpuKind {
  readonly model: string;
  /** The line of /proc/cpuinfo that lists the CPU's features; empty where there is none. */
  readonly features: string;
  /** See int8Saturates. */
  readonly int8Saturates: boolean;
}

/** The kind of this machine's CPU. */
export async function thisCpu(): Promise<CpuKind> {
  return {
    model: cpus()[0]?.model ?? '',
    features: /^(flags|Features).*/m.exec(cpuInfo())?.[0] ?? '',
    int8Saturates: await int8Saturates(),
  };
}

/**
 * Where graphs are kept as onnxruntime runs them on CPUs of this kind. Their weights are laid out for its kernels and
 * mapped from the file: a restart is fast, and engines on one machine share their memory.
 */
export function optimizedFolder(folder: string, cpu: CpuKind): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const signature = createHash('sha256')
    .update(JSON.stringify([version, process.arch, cpu.model, cpu.features, cpu.int8Saturates]))
    .digest('hex');
  return join(folder, `optimized-${signature.slice(0, 12)}`);
}

/** The options of sessions over a built folder. No product with weights of seven bits saturates. */
export function optionsFor({ device, precision }: ModelFacts, options: SessionOptions): SessionOptions {
  return { device, ...(precision === 'int7' && { exactInt8: false }), ...options };
}

/** Opens a graph of a built folder, the optimised one where there is one. */
export async function openGraph(folder: string, file: string, options: SessionOptions): Promise<Session> {
  const cpu = await thisCpu();
  const optimized = join(optimizedFolder(folder, cpu), file);
  if (options.device !== 'cuda' && existsSync(optimized)) return await Session.open(optimized, options, true);
  return await Session.open(join(folder, file), { exactInt8: cpu.int8Saturates, ...options });
}

/**
 * Writes the optimised graphs of a built folder into `target`. onnxruntime does not restore every kernel's layout
 * faithfully, so a graph is kept only if, loaded again, it gives the same result. Text graphs with weights of eight bits
 * are not tried: their MatMulNBits comes back wrong in 1.30, or ends the process.
 */
export async function optimizeGraphs(
  folder: string,
  target: string,
  options: SessionOptions,
  onProgress?: () => void,
): Promise<void> {
  await mkdir(target, { recursive: true });
  const { task, precision, imageSize, bosTokenId, sepTokenId } = await readModelFacts(folder);
  const exactInt8 = precision !== 'int7' && (await int8Saturates());
  const [image] = await sampleImages(imageSize);
  const pixels = { type: 'uint8', data: image!, dims: [1, imageSize, imageSize, 3] } as const;

  const { image_embeds, ...view } = await keepIfFaithful(encoderFile, (session) => session.run({ pixels }));
  if (formats[precision].token.matrix === blockMatrix) return;
  const text = { ids: padded([[bosTokenId, sepTokenId]]), lengths: int64([2]) };
  if (task === 'image_text_retrieval') {
    await keepIfFaithful(matcherFile, (session) => session.run({ ...view, ...text }));
    return;
  }
  let memory: DecoderMemory = { embeds: image_embeds! };
  if (task === 'question_answering') {
    const asked = await keepIfFaithful(questionEncoderFile, (session) => session.run({ ...view, ...text }));
    memory = { embeds: asked.question_embeds!, lengths: [2] };
  }
  const rows = [{ prompt: [bosTokenId], params: { maxNewTokens: 8, minNewTokens: 8 } }];
  await keepIfFaithful(greedyDecoderFile, async (session) => {
    const [[generated] = []] = await generateGreedy(session, memory, rows, sepTokenId);
    const data = Float32Array.from([...generated!.tokenIds, ...generated!.tokenLogprobs]);
    return { generated: { type: 'float32', data, dims: [data.length] } };
  });

  async function keepIfFaithful(file: string, run: Run): Promise<Outputs> {
    const path = join(target, file);
    const original = await Session.optimize(join(folder, file), { ...options, exactInt8, target: path });
    const expected = await run(original);
    onProgress?.();
    await original.release();
    const isFaithful = await restore(path, run).then(
      (actual) => isClose(expected, actual),
      () => false,
    );
    if (!isFaithful) await Promise.all([path, `${path}.data`].map((each) => rm(each, { force: true })));
    return expected;
  }

  async function restore(path: string, run: Run): Promise<Outputs> {
    const session = await Session.open(path, options, true);
    const result = await run(session);
    await session.release();
    return result;
  }
}

function isClose(expected: Outputs, actual: Outputs): boolean {
  return Object.entries(expected).every(([name, { data }]) => {
    const other = actual[name]!.data;
    return data.every((value, index) => Math.abs(Number(value) - Number(other[index])) <= 1e-4);
  });
}
