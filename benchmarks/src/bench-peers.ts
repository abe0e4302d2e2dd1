import { join } from 'node:path';
import type { BenchContext } from './bench-shape.js';
import { findPython, PeerModel } from './peer-model.js';
import { type PeerName, peers } from './peers.js';

/** Peers that can run here, with their Python. */
export type FoundPeers = ReadonlyMap<PeerName, string>;

/** Looks for a Python for each peer, and says which have none. */
export async function findPeers(wanted: readonly PeerName[], say: (line: string) => void): Promise<FoundPeers> {
  const found = new Map<PeerName, string>();
  for (const peer of wanted) {
    const python = await findPython(peer, process.env);
    if (python !== undefined) found.set(peer, python);
    else say(`without ${peer}: no Python has its packages (benchmarks/README.md says how to install them)`);
  }
  return found;
}

/** Loads all that can run, in each of their precisions; one that fails is left out, its own message on standard error. */
export async function loadPeers(shape: string, checkpoint: string, context: BenchContext): Promise<PeerModel[]> {
  const { options, threads, images, say } = context;
  const models: PeerModel[] = [];
  for (const [name, python] of context.peers) {
    for (const { engine, program, precisions } of peers[name]) {
      for (const precision of precisions) {
        say(`${shape} ${engine} ${precision}: loading`);
        const folder = join(options.folder, 'peers', shape);
        const order = { checkpoint, threads, images, folder };
        await PeerModel.load(python, { engine, program, precision }, order).then(
          (model) => models.push(model),
          (error: Error) => say(`without ${engine} ${precision}: ${error.message}`),
        );
      }
    }
  }
  return models;
}
