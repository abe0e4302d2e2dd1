import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { Decoder } from './decoder.js';
import { defaultLimits } from './limits.js';
import { openPixelFile } from './pixel-file.js';
import { PixelPool } from './pixel-pool.js';
import { plain } from './testing/shown.js';

const image = await plain(64, 48).jpeg().toBuffer();

it('an image for a process that is gone is lost at once', async () => {
  const decoder = new Decoder(defaultLimits);
  expect(await decoder.ready).toBe(true);
  process.kill(decoder.pid!, 'SIGKILL');
  await decoder.ended;
  expect(await decoder.decode({ bytes: image, size: 64, large: false })).toMatchObject({
    lost: 'died',
    cause: expect.stringContaining('SIGKILL'),
  });
});

it.runIf(process.platform === 'linux')(
  'pixels are the same by a shared file, without one, and where it is full',
  async () => {
    const outcomes = [];
    for (const file of [openPixelFile(), null, openSync('/dev/full', 'r+')]) {
      const decoder = new Decoder(defaultLimits, file);
      outcomes.push(await decoder.decode({ bytes: image, size: 64, large: false }));
      await decoder.stop();
    }
    expect(outcomes.map((outcome) => 'reply' in outcome && outcome.reply.inFile)).toEqual([true, false, false]);
    const [first, ...others] = outcomes.map((outcome) => 'rgb' in outcome && outcome.rgb);
    for (const other of others) expect(Buffer.compare(other as Uint8Array, first as Uint8Array)).toBe(0);
    expect(new Set(first as Uint8Array)).not.toEqual(new Set([0]));
  },
);

it('a process that was killed while it had nothing to do is replaced when the next image comes', async () => {
  const pool = new PixelPool({ threads: 1 });
  await pool.toPixels(image, 64);
  const [pid] = pool.pids;
  process.kill(pid!, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid!, 0)).toThrow('ESRCH'));
  await expect(pool.toPixels(image, 64)).resolves.toMatchObject({ width: 64, height: 48 });
  expect(pool.pids).not.toContain(pid);
  await pool.stop();
});

it('without a file descriptor for a process no image is blamed, and the pool works again once there is one', () => {
  const script = `
    import { closeSync, openSync, readFileSync } from 'node:fs';
    import { openPixelFile } from './pixel-file.js';
import { PixelPool } from './pixel-pool.js';
    const image = readFileSync(0);
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    const pool = new PixelPool({ threads: 1 });
    const refusal = await pool.toPixels(image, 64).catch(({ name, message }) => name + ' ' + message);
    for (const descriptor of taken) closeSync(descriptor);
    const { width } = await pool.toPixels(image, 64);
    await pool.stop();
    process.stdout.write(JSON.stringify({ refusal, width }));`;
  const words = ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', script];
  const options = { cwd: new URL('../dist/', import.meta.url), input: image, encoding: 'utf8' } as const;
  const { stdout, stderr } = spawnSync('bash', words, options);
  expect([stdout, stderr]).toEqual([expect.stringMatching(/"Error no process that decodes.*EMFILE.*"width":64/), '']);
});
