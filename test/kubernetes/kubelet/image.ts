import { fileURLToPath } from 'node:url';
import type { JSONInstruction, PropertyInstruction } from 'dockerfile-ast';
import { instructionsOf, targets } from '../../deploy/dockerfile.js';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
/** Where the checkout has what is an image's working directory. */
const folders: Record<string, string> = {
  gateway: path('apps/gateway'),
  notifier: path('apps/notifier'),
  'worker-cpu': path('docker/worker'),
};

export interface Image {
  workdir: string;
  env: Record<string, string>;
  command: string[];
}

/** What the checkout has of an image of ours: any tag of it is the same. @throws Error for an image of others */
export function imageOf(reference: string): Image {
  const target = targets.find((name) => reference.split('/').at(-1)!.split(/[:@]/)[0] === `blipq-${name}`);
  const workdir = folders[target ?? ''];
  if (target === undefined || workdir === undefined) throw new Error(`the checkout has no image ${reference}`);
  const instructions = instructionsOf(target);
  const env = instructions
    .filter((one) => one.getKeyword() === 'ENV')
    .flatMap((one) => (one as PropertyInstruction).getProperties())
    .map((property) => [property.getName(), property.getValue() ?? '']);
  const command = instructions.findLast((one) => one.getKeyword() === 'CMD') as JSONInstruction;
  return { workdir, env: Object.fromEntries(env), command: JSON.parse(command.getArgumentsContent()!) };
}
