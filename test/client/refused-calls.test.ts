import { describe, expect, test, vi } from 'vitest';
import { Blipq } from '../../packages/client/src/index.js';

const server = 'http://blipq.invalid';

describe('a call that cannot be made is a TypeError at once', () => {
  test.each(['localhost:3000', '', '/', 'ftp://x', 'http://', 'http://x:99999', 'http://me:secret@x'])(
    'with the server "%s"',
    (none) =>
      expect(() => new Blipq({ server: none })).toThrow(
        new TypeError('server takes an http(s) URL without a password'),
      ),
  );

  test.each(['bad\nkey', 'schlüssel\u2026'])('with the key %j, which is not shown', (apiKey) => {
    const refused = new TypeError('apiKey has characters no header takes');
    expect(() => new Blipq({ server, apiKey })).toThrow(refused);
    // A line end behind a key comes of the file that it was read from.
    expect(new Blipq({ server, apiKey: 'key\n' })).toBeInstanceOf(Blipq);
  });

  test('with an id that would name something else, or a key that fits no header', async () => {
    const sent = vi.fn(fetch);
    const watched = new Blipq({ server, fetch: sent });
    for (const id of ['', '.', '..']) {
      await expect(watched.captions.get(id), id).rejects.toThrow(TypeError);
      await expect(watched.captions.cancel(id), id).rejects.toThrow(TypeError);
      await expect(watched.captions.wait(id), id).rejects.toThrow(TypeError);
      await expect(watched.batches.results(id)[Symbol.asyncIterator]().next(), id).rejects.toThrow(TypeError);
    }
    await expect(watched.captions.retry('cap_x', { idempotencyKey: 'a\nb' })).rejects.toThrow(TypeError);
    await expect(watched.batches.create([], { idempotencyKey: '…' })).rejects.toThrow(TypeError);
    expect(sent).not.toHaveBeenCalled();
  });
});
