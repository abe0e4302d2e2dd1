import { describe, expect, test } from 'vitest';
import { imageForm, multipart, rawBody } from '../testing/multipart.js';
import { latin1, photo, type RefusedRequest, startGateway } from '../testing/refused-requests.js';
import { unusableImages } from '../testing/unusable-images.js';

const generate = 'POST /generate';
const { headers: formHeaders } = multipart([]);
const whole = imageForm('image', photo).body;
const bento = (fields: Record<string, string | Uint8Array>) => imageForm('img', photo, fields);
const requests: RefusedRequest[] = [
  ...unusableImages
    .filter(([, , , code]) => code !== 'missing_image')
    .map(
      ([name, image, status]): RefusedRequest => [name, generate, imageForm('img', image), status === 413 ? 413 : 400],
    ),
  ['zero bytes', generate, imageForm('img', Buffer.alloc(0)), 400, 'missing', 'img'],
  ['a form without any field', generate, multipart([]), 400, 'missing', 'img'],
  ['only a text', generate, multipart([{ name: 'txt', value: '"hi"' }]), 400, 'missing', 'img'],
  ['the image under another name', generate, imageForm('photo', photo), 400, 'missing', 'img'],
  ['the image as text', generate, multipart([{ name: 'img', value: 'a.jpg' }]), 400, 'value_error', 'img'],
  ['a raw image body', generate, rawBody(photo, 'image/jpeg'), 400, 'missing', 'img'],
  ['a JSON body', generate, rawBody('{"img":"x"}', 'application/json'), 400, 'missing', 'img'],
  ['no body at all', generate, undefined, 400, 'missing', 'img'],
  ['a JSON array as text', generate, bento({ txt: '["a"]' }), 400, 'value_error', 'txt'],
  ['a JSON object as text', generate, bento({ text: '{"a":1}' }), 400, 'value_error', 'txt'],
  ['a text that leaves no room', generate, bento({ txt: 'a cat and '.repeat(40) }), 400, 'value_error', 'txt'],
  ['a text that is not UTF-8', generate, bento({ txt: latin1 }), 400, 'value_error', 'txt'],
  ['half a character', generate, bento({ txt: '"\\ud83d"' }), 400, 'value_error', 'txt'],
  ['a huge text', generate, bento({ txt: 'x'.repeat(20_000) }), 400, 'value_error', 'txt'],
  ['no boundary', generate, rawBody(whole, 'multipart/form-data'), 400],
  [
    'a long part that is no field',
    generate,
    rawBody(
      Buffer.concat([Buffer.from(`--blipq-test-boundary\r\nX-A: b\r\n\r\n${'a'.repeat(20_000)}\r\n`), whole]),
      formHeaders['content-type'],
    ),
    400,
  ],
  ['a body cut short', generate, { body: whole.subarray(0, 5000), headers: formHeaders }, 400],
];

describe('/generate refuses a bad request as BentoML does and leaves nothing in Redis', () => {
  const send = startGateway();

  test.each(requests)('%s', async (_name, line, sent, status, type, location) => {
    const answer = await send(line, sent);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('server')).toBe('BentoML Service/BlipImageCaptioning');
    const body = await answer.json();
    if (type === undefined) expect(body).toEqual({ error: expect.stringMatching(/./) });
    else {
      expect(body).toMatchObject({ error: '1 validation error for Input', detail: [{ type, loc: [location] }] });
    }
  });

  test('a missing image is refused in exactly the words of BentoML', async () => {
    expect(await (await send(generate, multipart([]))).json()).toEqual({
      error: '1 validation error for Input',
      detail: [{ type: 'missing', loc: ['img'], msg: 'Field required' }],
    });
  });

  test('other methods and paths are refused as text', async () => {
    const method = await send('GET /generate', undefined);
    expect([method.status, method.headers.get('allow'), await method.text()]).toEqual([
      405,
      'POST',
      'Method Not Allowed',
    ]);
    const path = await send('GET /nothing', undefined);
    expect([path.status, path.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(await path.text()).toBe('Not Found');
  });
});
