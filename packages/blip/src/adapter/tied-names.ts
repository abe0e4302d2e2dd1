import type { Checkpoint } from '../checkpoint/checkpoint.js';

/**
 * Under which names a base stores the tensors that a change of `name` changes. The head and the word embeddings of a
 * decoder are one tensor where the configuration ties them, and so are the two names of its bias, unless both are stored
 * with values of their own: merging into one changes the other.
 *
 * @param isTouched whether an adapter changes a tensor
 */
export async function tiedNames(
  base: Checkpoint,
  tied: boolean,
  isTouched: (name: string) => boolean,
): Promise<(name: string) => readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const pair of pairsOf([...base.tensors.keys()], tied)) {
    if (!pair.some(isTouched)) continue;
    const stored = pair.filter((name) => base.tensors.has(name));
    if (stored.length === 2 && !(await areEqual(base, stored[0]!, stored[1]!))) continue;
    for (const name of pair) groups.set(name, stored);
  }
  return (name) => groups.get(name) ?? [name];
}

function pairsOf(names: readonly string[], tied: boolean): [string, string][] {
  const decoders = new Set(names.flatMap((name) => /^(.*)\.cls\.predictions\./.exec(name)?.[1] ?? []));
  return [...decoders].flatMap((decoder) => {
    const head = `${decoder}.cls.predictions`;
    const biases: [string, string] = [`${head}.bias`, `${head}.decoder.bias`];
    const weights: [string, string] = [`${decoder}.bert.embeddings.word_embeddings.weight`, `${head}.decoder.weight`];
    return tied ? [biases, weights] : [biases];
  });
}

async function areEqual(base: Checkpoint, one: string, other: string): Promise<boolean> {
  const [a, b] = [await base.read(one), await base.read(other)];
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
