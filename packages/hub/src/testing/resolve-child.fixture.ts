import { resolveModel } from '../resolve-model.js';

/** `node resolve-child.fixture.js <reference> <endpoint> <cacheDir>` resolves a model and prints where it is. */
const [reference, endpoint, cacheDir] = process.argv.slice(2);
const onProgress = (progress: object) => void process.stdout.write(`${JSON.stringify(progress)}\n`);
const resolved = await resolveModel(reference!, { endpoint: endpoint!, cacheDir: cacheDir!, onProgress });
process.stdout.write(`${JSON.stringify(resolved)}\n`);
