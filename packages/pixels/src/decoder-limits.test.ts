import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ImageLimits } from './limits.js';
import { PixelPool } from './pixel-pool.js';
import { manyScansJpeg } from './testing/many-scans-jpeg.js';
import { pngChunk, pngOf } from './testing/png.js';
import { plain } from './testing/shown.js';

const small = () => plain(64, 48).jpeg().toBuffer();

/** Takes eight bytes per pixel, since no row is whole before the last of its passes. */
function interlacedPng(side: number): Buffer {
  // Rows of seven passes, each with the byte of its filter.
  const zeros = Buffer.alloc(8 * side * side + 2 * side);
  return pngOf(side, side, [pngChunk('IDAT', deflateSync(zeros, { level: 1 }))], {
    depth: 16,
    colour: 6,
    interlaced: true,
  });
}

/** Most that a process has had resident, in bytes; 0 where it is gone. */
function peakOf(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0);
}

let pool: PixelPool;
afterEach(() => pool?.stop());

function poolOf(limits: Partial<ImageLimits>, threads = 1): PixelPool {
  pool = new PixelPool({ threads, limits });
  return pool;
}

describe('what a decode may cost', () => {
  it('an image that takes too long is refused, and the process that decodes it is ended', async () => {
    poolOf({ decodeS: 0.05 });
    const [before] = pool.pids;
    await expect(pool.toPixels(manyScansJpeg(), 64)).rejects.toMatchObject({
      code: 'image_too_costly',
      detail: expect.stringMatching(/more than 0.05 s.*Send it smaller/),
    });
    expect(() => process.kill(before!, 0)).toThrow('ESRCH');
    // On a busy machine even the small one may take longer than this limit, once or twice.
    await vi.waitFor(async () => expect(await pool.toPixels(await small(), 64)).toMatchObject({ width: 64 }));
  });

  it.runIf(process.platform === 'linux')(
    'only its own time counts: a machine that does other things refuses no image',
    async () => {
      poolOf({ decodeS: 5 });
      // Loaded, and warm.
      await vi.waitFor(async () => expect(await pool.toPixels(await small(), 64)).toMatchObject({ width: 64 }));
      const [pid] = pool.pids;
      process.kill(pid!, 'SIGSTOP');
      const decoding = pool.toPixels(await small(), 64);
      // Longer than the image may take.
      await pause(6000);
      process.kill(pid!, 'SIGCONT');
      expect(await decoding).toMatchObject({ width: 64 });
      expect(pool.pids).toEqual([pid]);
    },
  );

  it.runIf(process.platform === 'linux')('memory beyond the limit of a process is not to be had', () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import { Libvips } from './libvips.js';
      const status = (name) => 1024 * Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
      const libvips = new Libvips();
      const before = status('VmHWM');
      if (process.argv[1] !== '0') libvips.limitMemory(status('VmData') + Number(process.argv[1]));
      const image = libvips.load('png', readFileSync(0));
      let decoded = true;
      try {
        libvips.fetch(libvips.region(image), 3500, 0, 16, new Uint8Array(3500 * 16 * 8));
      } catch { decoded = false; }
      process.stdout.write(JSON.stringify({ decoded, grown: status('VmHWM') - before }));`;
    const run = (limitBytes: number) =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', script, `${limitBytes}`], {
        ...{ cwd: new URL('../dist/', import.meta.url), input: interlacedPng(3500), encoding: 'utf8' },
      });
    expect(JSON.parse(run(0).stdout)).toMatchObject({ decoded: true });
    const { stdout, status } = run(64 * 1024 ** 2);
    if (status === 0) expect(JSON.parse(stdout)).toMatchObject({ decoded: false });
    else expect(stdout).toBe('');
  });

  it.runIf(process.platform === 'linux')('two decoders never take more than the documented 955 MB', async () => {
    // However busy the machine is.
    poolOf({ decodeS: 600 }, 2);
    const files = [interlacedPng(7000), await plain(6000, 6000).webp({ lossless: true }).toBuffer()];
    files.push(await plain(8192, 6144).jpeg({ quality: 30 }).toBuffer());
    const peaks = new Map<number, number>();
    let running = true;
    // The kernel keeps the peak of each: it only has to be read before the process is replaced.
    const watch = (async () => {
      for (; running; await pause(20))
        for (const pid of pool.pids) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakOf(pid)));
    })();
    await Promise.all([...files, ...files].map((file) => pool.toPixels(file, 64)));
    running = false;
    await watch;
    // A process that decodes a large image; the limit of the other one beside it is 276 MB.
    expect(Math.max(...peaks.values())).toBeLessThan(673e6);
  });

  it('one large image is decoded at a time, and small ones pass those that wait', async () => {
    poolOf({}, 2);
    const order: string[] = [];
    const named = (name: string, file: Uint8Array) => pool.toPixels(file, 64).then(() => order.push(name));
    const file = interlacedPng(3500);
    const large = [1, 2, 3].map(() => named('large', file));
    await Promise.all([...large, ...(await Promise.all([1, 2, 3].map(small))).map((one) => named('small', one))]);
    expect(order).toHaveLength(6);
    const [, second] = order.flatMap((name, index) => (name === 'large' ? [index] : []));
    expect(order.lastIndexOf('small')).toBeLessThan(second!);
  });
});
