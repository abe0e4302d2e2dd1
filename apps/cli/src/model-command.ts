import {
  type CheckpointReport,
  chooseDevice,
  describeChoice,
  inspectCheckpoint,
  type PrepareProgress,
  prepareModel,
} from '@blipq/blip';
import { hubOptions, type ResolvedModel, resolveModel } from '@blipq/hub';
import type { CommandConfig } from './config.js';
import type { ProgressDisplay } from './progress-display.js';

export interface ModelReport extends ResolvedModel, CheckpointReport {
  /** The folder of the graphs that a worker with these settings will load, where they were asked for. */
  readonly prepared?: string;
}

/**
 * Fetches a model and tells what it is; builds its graphs first where that is asked for.
 *
 * @throws HubError, ModelError
 */
export async function modelReport(
  reference: string,
  { build }: { build: boolean },
  config: CommandConfig,
  display: ProgressDisplay,
): Promise<ModelReport> {
  const onWarning = (text: string) => display.note(`warning: ${text}`);
  const onDownload = display.download;
  const resolved = await resolveModel(reference, { ...hubOptions(config), onProgress: onDownload, onWarning });
  const onProgress = ({ phase }: PrepareProgress) => display.phase(phase);
  const { folder: checkpoint, name, adapter } = resolved;
  const { BLIPQ_CACHE: cacheDir, BLIPQ_THREADS: threads, BLIPQ_PRECISION: precision } = config;
  const common = { checkpoint, adapter: adapter?.folder, cacheDir, onProgress };
  if (!build) return { ...resolved, ...(await inspectCheckpoint({ ...common, onWarning })) };
  const device = await chooseDevice(config.BLIPQ_DEVICE, (reason) => display.note(`no GPU is used: ${reason}`));
  const prepared = await prepareModel({
    ...common,
    name,
    device,
    threads,
    onWarning,
    onChoice: (choice) => display.note(describeChoice(choice)),
    precision,
  });
  return { ...resolved, ...(await inspectCheckpoint(common)), prepared };
}
