import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { AdapterConfig } from './adapter-config.js';
import type { AdapterTensors } from './adapter-tensors.js';

/** Modules of the base that a plain list of targets means, and for which the adapter has nothing. */
export function untouchedTargets(config: AdapterConfig, base: Checkpoint, { lora, whole }: AdapterTensors): string[] {
  const { target_modules: targets, layers_to_transform, exclude_modules, modules_to_save } = config;
  if (!Array.isArray(targets) || layers_to_transform !== undefined || exclude_modules !== undefined) return [];
  const ends = (module: string) => targets.some((target) => `.${module}`.endsWith(`.${target}`));
  return [...base.tensors.keys()]
    .flatMap((name) => (name.endsWith('.weight') ? [name.slice(0, -'.weight'.length)] : []))
    .filter((module) => ends(module) && !lora.has(module) && !whole.has(`${module}.weight`))
    .filter((module) => !modules_to_save.some((saved) => `.${module}.`.includes(`.${saved}.`)));
}
