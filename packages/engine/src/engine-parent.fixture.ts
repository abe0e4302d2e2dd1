import { Engine } from './engine.js';
import { row } from './pixel-marks.fixture.js';

/** A supervisor to be killed: its engine process hangs, holding the named pipe of the first argument open. */
const silent = () => {};
const engine = new Engine({
  checkpoint: 'plain',
  cacheDir: '',
  threads: 1,
  batchMax: 1,
  batchDeadlineMs: 600_000,
  logger: { debug: silent, info: silent, warn: silent },
  entry: new URL('../dist/engine-process.fixture.js', import.meta.url),
});
await engine.start();
await engine.caption(row(0, 'hangHoldingPipe', process.argv[2]));
