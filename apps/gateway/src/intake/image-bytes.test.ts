import { describe, expect, it } from 'vitest';
import { imageBytes } from './image-bytes.js';

/** Every byte, so that both alphabets differ and padding is needed. */
const image = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7 + 251) & 255));
const base64 = image.toString('base64');
const wrapped = base64.replace(/.{76}/g, '$&\n');
const fetched = new TextEncoder().encode('fetched');
const fetch = async () => fetched;
const uri = (data: string) => `data:image/jpeg;base64,${data}`;

describe('imageBytes', () => {
  it.each([
    ['plain', { base64 }],
    ['without padding', { base64: base64.replace(/=+$/, '') }],
    ['in the alphabet of URLs', { base64: image.toString('base64url') }],
    ['wrapped after 76 characters', { base64: wrapped }],
    ['wrapped by CRLF', { base64: wrapped.replaceAll('\n', '\r\n') }],
    ['with a line break at its end', { base64: `${base64}\n` }],
    ['with blanks in it', { base64: base64.replace(/.{10}/g, '$& ') }],
    ['as a data URI in its place', { base64: uri(base64) }],
    ['as a data URI', { url: uri(base64) }],
    ['as a data URI with a charset', { url: `data:image/jpeg;charset=utf-8;base64,${base64}` }],
    ['as a data URI without a type', { url: `data:;base64,${base64}` }],
    ['as a data URI of lines', { url: uri(wrapped) }],
    ['as a data URI after a line break', { url: `\n  ${uri(base64)}` }],
    ['as a percent-encoded data URI', { url: uri(encodeURIComponent(base64)) }],
    ['percent-encoded without base64', { url: `data:image/jpeg,${image.toString('hex').replace(/../g, '%$&')}` }],
  ])('takes base64 %s', async (_form, input) => {
    expect(Buffer.compare(await imageBytes(input, fetch), image)).toBe(0);
  });

  it.each([
    ['of other characters', { base64: `!!${base64}` }],
    ['of one digit too many', { base64: `${base64.replace(/=+$/, '').slice(0, 4 * 100)}A` }],
    ['that ends in the middle, by its padding', { base64: `${base64}====` }],
    ['of a data URI without a comma', { url: 'data:image/jpeg;base64' }],
  ])('refuses base64 %s', async (_form, input) => {
    await expect(imageBytes(input, fetch)).rejects.toMatchObject({ code: 'image_corrupt' });
  });

  it('fetches any other URL', async () => {
    expect(await imageBytes({ url: 'https://photos.invalid/a.jpg' }, fetch)).toBe(fetched);
  });
});
