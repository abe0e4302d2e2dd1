import { readFileSync } from 'node:fs';
import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast';

export const dockerfileText = readFileSync(new URL('../../docker/Dockerfile', import.meta.url), 'utf8');
export const dockerfile = DockerfileParser.parse(dockerfileText);

/** The images that are shipped. */
export const targets = ['gateway', 'notifier', 'worker-cpu', 'worker-cuda'];

export function stageNames(): string[] {
  return dockerfile.getFROMs().map((from) => from.getBuildStage()!);
}

/** A stage's instructions, those of the stages that it is built on first. */
export function instructionsOf(stage: string): Instruction[] {
  const all = dockerfile.getInstructions();
  const start = all.findIndex((one) => one.getKeyword() === 'FROM' && (one as From).getBuildStage() === stage);
  if (start < 0) return [];
  const rest = all.slice(start + 1);
  const end = rest.findIndex((one) => one.getKeyword() === 'FROM');
  const own = end < 0 ? rest : rest.slice(0, end);
  return [...instructionsOf((all[start] as From).getImage()!), ...own];
}
