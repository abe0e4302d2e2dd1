import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readModelCard } from './model-card.js';

const folder = mkdtempSync(join(tmpdir(), 'blipq-model-card-'));
const card = join(folder, 'blipq.json');
afterAll(() => rmSync(folder, { recursive: true }));

test('a model without a card has nothing to say', async () => {
  expect(await readModelCard([join(folder, 'none')])).toEqual({});
});

test('the first folder that has a card counts, so that of an adapter before that of its base', async () => {
  writeFileSync(card, '{"note": " It knows cats. ", "min_confidence": 0.5}');
  expect(await readModelCard([join(folder, 'none'), folder])).toEqual({ note: 'It knows cats.', min_confidence: 0.5 });
});

test.each([
  ['{"note": 5}', 'note: '],
  [`{"note": "${'x'.repeat(501)}"}`, 'note: '],
  ['{"min_confidence": 1.5}', 'min_confidence: '],
  ['{"notes": "x"}', '"notes"'],
  ['[]', 'the file: '],
  ['note: x', 'is not JSON'],
])('a card that is %s is refused, with the field', async (text, says) => {
  writeFileSync(card, text);
  const refused = expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(says) });
  await expect(readModelCard([folder])).rejects.toEqual(refused);
});
