import { openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { CaptionRow, ModelFacts } from '@blipq/blip';
import { BlipqError } from '@blipq/contracts';
import type { EngineBatchOutput, EngineRow } from './engine-row.js';
import { marks } from './pixel-marks.fixture.js';
import type { StartRequest } from './protocol.js';
import { type Loading, type LoadListener, serveEngine } from './serve-engine.js';

/** The engine process with a model of a few lines; what it does is written in the pixels and the checkpoint's name. */
serveEngine(load);

/** The engine hands facts on without reading them; these few are enough to know them again. */
const facts = {
  model: 'fixture',
  revision: '000000000000',
  imageSize: 1,
  tokenizerJson: '{}',
  device: 'cpu',
} as ModelFacts;

async function load({ checkpoint, threads, device }: StartRequest, listener: LoadListener): Promise<Loading> {
  listener.onNote(`${threads} threads, ${device}`);
  switch (checkpoint) {
    case 'refused':
      return { status: 'refused', code: 'checkpoint_mismatch', message: 'blip/model.safetensors: no tensor "a.b"' };
    case 'broken':
      throw new Error('the disk is on fire');
    case 'silent':
      block();
      break;
    case 'slow':
      for (let part = 0; part < 8; part += 1) {
        await delay(10);
        listener.onProgress({ phase: 'encoder', bytesDone: part });
      }
  }
  return { status: 'loaded', model: { facts, run } };
}

async function run(rows: EngineRow[]): Promise<EngineBatchOutput> {
  const outputs = (rows as CaptionRow[]).map(({ pixels: [mark, tag = 0], prompt }) => {
    if (mark === marks.crash) process.kill(process.pid, 'SIGKILL');
    if (mark === marks.crash || mark === marks.hang) block();
    if (mark === marks.throw) throw new Error('the tensor has a bad shape');
    if (mark === marks.outOfMemory) throw new BlipqError('out_of_memory', 'std::bad_alloc');
    if (mark === marks.hold) readFileSync(prompt!);
    if (mark === marks.hangHoldingPipe) {
      openSync(prompt!, 'w');
      block();
    }
    const score = mark === marks.notANumber ? Number.NaN : -0.5;
    const tokens = { tokenIds: [1, tag, 2], tokenLogprobs: [-0.5, -0.5] };
    // As alternative text, the process that made it.
    return { text: `caption ${tag}`, alt: String(process.pid), confidence: 0.5, ...tokens, score };
  });
  return { outputs, encodeMs: 1, decodeMs: 2 };
}

/** Blocks the thread for good, as a native run that never returns does. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
