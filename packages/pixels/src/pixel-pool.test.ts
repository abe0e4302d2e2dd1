import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { BlipqError } from '@blipq/contracts';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { PixelPool } from './pixel-pool.js';

async function jpeg(width = 320, height = 200): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  return await sharp({ create: { width, height, channels: 3, background: 'red', noise } })
    .jpeg()
    .toBuffer();
}

describe('PixelPool', () => {
  const pool = new PixelPool({ threads: 1 });
  afterAll(() => pool.stop());

  it('makes S×S pixels and tells what the original was', async () => {
    const { rgb, ...original } = await pool.toPixels(await jpeg(), 384);
    expect(rgb).toBeInstanceOf(Uint8Array);
    expect(rgb.length).toBe(384 * 384 * 3);
    expect(original).toEqual({ width: 320, height: 200, format: 'jpeg' });
  });

  it.each(['astronaut', 'chelsea', 'coffee'])('makes of %s what Pillow makes of it', async (name) => {
    const file = (path: string) => readFileSync(new URL(`../../../test/${path}`, import.meta.url));
    const { rgb } = await pool.toPixels(file(`images/${name}.png`), 384);
    const golden = await sharp(file(`reference/resize/${name}-384.png`))
      .removeAlpha()
      .raw()
      .toBuffer();
    expect(Buffer.compare(rgb, golden)).toBe(0);
  });

  it('rejects with the domain error, its code and its advice, from the other process', async () => {
    const error = await pool.toPixels(new TextEncoder().encode('<html>'), 384).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BlipqError);
    expect(error).toMatchObject({ code: 'unsupported_media_type', detail: expect.stringContaining('Convert it to') });
  });

  it('refuses 21 MB', async () => {
    await expect(pool.toPixels(new Uint8Array(21e6), 384)).rejects.toMatchObject({ code: 'image_too_large' });
  });

  it('goes on after corrupt images and after failures of its own', async () => {
    const truncated = (await jpeg()).slice(0, 2000);
    await expect(pool.toPixels(truncated, 384)).rejects.toMatchObject({ code: 'image_corrupt' });
    await expect(pool.toPixels(await jpeg(), -1)).rejects.not.toBeInstanceOf(BlipqError);
    await expect(pool.toPixels(await jpeg(), 384)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('leaves the event loop free between images', async () => {
    const file = await jpeg(2000, 1500);
    const count = 6;
    let [turns, firstDoneAt, waiting] = [0, 0, count];
    const images = Array.from({ length: waiting }, () =>
      pool.toPixels(file, 384).then(() => {
        firstDoneAt ||= turns;
        waiting--;
      }),
    );
    for (; waiting > 0; turns++) await turn();
    await Promise.all(images);
    // Work on this thread would let one turn pass per image.
    expect(turns - firstDoneAt).toBeGreaterThan(2 * count);
  });

  it('refuses what would wait beyond the bound and takes images again afterwards', async () => {
    const narrow = new PixelPool({ threads: 1, waitingMax: 2 });
    const file = await jpeg();
    const taken = Array.from({ length: 3 }, () => narrow.toPixels(file, 64));
    await expect(narrow.toPixels(file, 64)).rejects.toMatchObject({ code: 'queue_full', retryAfterS: 1 });
    await Promise.all(taken);
    await expect(narrow.toPixels(file, 64)).resolves.toMatchObject({ width: 320 });
    await narrow.stop();
  });

  it('can be stopped before its processes have loaded', async () => {
    const young = new PixelPool({ threads: 2 });
    const { pids } = young;
    await young.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('finishes what it has taken when it stops, and takes nothing more', async () => {
    const stopping = new PixelPool({ threads: 1 });
    const file = await jpeg();
    const taken = Promise.all(Array.from({ length: 4 }, () => stopping.toPixels(file, 64)));
    const stopped = stopping.stop();
    await expect(stopping.toPixels(file, 64)).rejects.toMatchObject({ code: 'shutting_down' });
    await stopped;
    await expect(taken).resolves.toHaveLength(4);
  });
});
