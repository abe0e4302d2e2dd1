import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { tiedPairs } from '../checkpoint/tied-pairs.js';

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
  const decoders = new Set(
    [...base.tensors.keys()].flatMap((name) => /^(.*)\.cls\.predictions\./.exec(name)?.[1] ?? []),
  );
  for (const pair of [...decoders].flatMap((decoder) => tiedPairs(decoder, tied))) {
    if (!pair.some(isTouched)) continue;
    const stored = pair.filter((name) => base.tensors.has(name));
    if (stored.length === 2 && !(await areEqual(base, stored[0]!, stored[1]!))) continue;
    for (const name of pair) groups.set(name, stored);
  }
  return (name) => groups.get(name) ?? [name];
}

async function areEqual(base: Checkpoint, one: string, other: string): Promise<boolean> {
  const [a, b] = [await base.read(one), await base.read(other)];
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
