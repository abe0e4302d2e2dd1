import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isSrgb } from './srgb-profile.js';

const image = sharp({ create: { width: 16, height: 16, channels: 3, background: '#a05020' } });
async function profile(name: string): Promise<Buffer> {
  const file = await image.clone().withIccProfile(name).png().toBuffer();
  return (await sharp(file).metadata()).icc!;
}

/** Where each tag's content begins. */
function tagsOf(icc: Buffer): Map<string, number> {
  const entries = Array.from({ length: icc.readUInt32BE(128) }, (_, i) => 132 + 12 * i);
  return new Map(entries.map((at) => [icc.toString('latin1', at, at + 4), icc.readUInt32BE(at + 4)]));
}

/** The same profile with its curves as a table of 1024 entries, as most cameras write them. */
function withTable(icc: Buffer, curve: (x: number) => number): Buffer {
  const table = Buffer.alloc(12 + 2 * 1024);
  table.write('curv', 'latin1');
  table.writeUInt32BE(1024, 8);
  for (let i = 0; i < 1024; i++) table.writeUInt16BE(Math.round(curve(i / 1023) * 65_535), 12 + 2 * i);
  const whole = Buffer.concat([icc, table]);
  for (let at = 132; at < 132 + 12 * icc.readUInt32BE(128); at += 12) {
    if (whole.toString('latin1', at + 1, at + 4) === 'TRC') whole.writeUInt32BE(icc.length, at + 4);
  }
  return whole;
}

describe('isSrgb', () => {
  it('knows sRGB by its numbers', async () => {
    expect(isSrgb(await profile('srgb'))).toBe(true);
  });

  it('knows its curve as a table too, and a plain gamma of 2.2 from it', async () => {
    const srgb = await profile('srgb');
    const light = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    expect(isSrgb(withTable(srgb, light))).toBe(true);
    expect(isSrgb(withTable(srgb, (x) => x ** 2.2))).toBe(false);
  });

  it('takes other spaces for what they are, whatever they call themselves', async () => {
    const p3 = await profile('p3');
    expect(isSrgb(p3)).toBe(false);
    const lying = Buffer.from(p3);
    lying.write('sRGB IEC61966-2.1', tagsOf(p3).get('desc')! + 12, 'latin1');
    expect(isSrgb(lying)).toBe(false);
  });

  it('sees every change of a primary or a curve', async () => {
    const srgb = await profile('srgb');
    const tags = tagsOf(srgb);
    for (const tag of ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC']) {
      const changed = Buffer.from(srgb);
      const at = tags.get(tag)! + 12;
      changed.writeInt32BE(changed.readInt32BE(at) + (tag.endsWith('XYZ') ? 400 : 8000), at);
      expect(isSrgb(changed), tag).toBe(false);
    }
  });

  it('refuses what is cut short or no profile at all', async () => {
    const srgb = await profile('srgb');
    for (let length = 0; length < srgb.length; length += 13) expect(isSrgb(srgb.subarray(0, length))).toBe(false);
    expect(isSrgb(Buffer.alloc(4096, 0xff))).toBe(false);
  });
});
