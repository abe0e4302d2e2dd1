// Renders every class of classes.json in four emoji styles to 96x96 RGBA: sprites.bin + sprites.json.
// Needs: sharp, @iconify-json/{noto,fluent-emoji-flat,twemoji,openmoji}.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';

const require = createRequire(import.meta.url);
const STYLES = ['noto', 'fluent-emoji-flat', 'twemoji', 'openmoji'];
const SIZE = 96;
const classes = JSON.parse(fs.readFileSync(new URL('classes.json', import.meta.url), 'utf8'));

const index = [];
const pixels = [];
for (const style of STYLES) {
  const set = require(`@iconify-json/${style}/icons.json`);
  for (const { label, icons } of classes) {
    for (const name of icons) {
      const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent];
      if (!icon) continue;
      const width = icon.width ?? set.width;
      const height = icon.height ?? set.height;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}" width="${SIZE}" height="${SIZE}">${icon.body}</svg>`;
      index.push({ label, set: style, off: pixels.length });
      pixels.push(await sharp(Buffer.from(svg)).resize(SIZE, SIZE).ensureAlpha().raw().toBuffer());
    }
  }
}
fs.writeFileSync('sprites.bin', Buffer.concat(pixels));
fs.writeFileSync('sprites.json', JSON.stringify(index));
console.log(`${classes.length} classes, ${index.length} sprites`);
