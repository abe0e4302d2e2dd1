import { BlipqError } from '@blipq/contracts';
import { expect, test } from 'vitest';
import { RoomWait } from './room-wait.js';

const full = new BlipqError('queue_full', 'The queue is full.');

/** A submission that finds no room so many times. */
function afterRefusals(times: number, error = full) {
  let tries = 0;
  const submit = async () => {
    tries += 1;
    if (tries <= times) throw error;
    return 'taken';
  };
  return { submit, tries: () => tries };
}

test.each(['queue_full', 'tenant_queue_full'] as const)(
  'an item that meets %s is submitted until there is room',
  async (code) => {
    const item = afterRefusals(3, new BlipqError(code, 'There is no room.'));
    expect(await new RoomWait({ everyMs: 1 }).submit(item.submit)).toBe('taken');
    expect(item.tries()).toBe(4);
  },
);

test('any other error is no reason to wait', async () => {
  const item = afterRefusals(1, new BlipqError('image_corrupt', 'It ends too early.'));
  await expect(new RoomWait().submit(item.submit)).rejects.toMatchObject({ code: 'image_corrupt' });
  expect(item.tries()).toBe(1);
});

test.each([{ standstillMs: 0 }, { totalMs: 0 }])(
  'where %o is over, an item is refused at once, and one that finds room is taken',
  async (bounds) => {
    const room = new RoomWait(bounds);
    const refused = afterRefusals(1);
    await expect(room.submit(refused.submit)).rejects.toBe(full);
    expect(refused.tries()).toBe(1);
    expect(await room.submit(afterRefusals(0).submit)).toBe('taken');
  },
);
