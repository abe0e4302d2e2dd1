import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, noChromium } from '../../apps/gateway/src/testing/chromium.js';
import { exampleCaptions } from '../captions-client.js';
import { Standalone, temporaryFolder } from '../standalone.js';
import { pasted } from './pasted.js';
import { PlaygroundPage } from './playground-page.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const example = (name: string) => join(root, 'models/demo/examples', name);
const [dog, cat, rocket, sun] = [
  ...['dog-on-the-grass.jpg', 'cat-next-to-a-balloon.png', 'rocket-at-night.jpg', 'sun-above-a-house.png'],
] as [string, string, string, string];

describe.skipIf(noChromium !== '')(`the Caption tab on a standalone BlipQ${noChromium}`, () => {
  const folder = temporaryFolder();
  let blipq: Standalone;
  let browser: Browser;
  let playground: PlaygroundPage;

  beforeAll(async () => {
    blipq = await Standalone.ready({ BLIPQ_DIR: folder.path });
    browser = await launchChromium(['--use-fake-device-for-media-stream']);
    playground = await PlaygroundPage.open(browser, blipq.url);
  });
  afterAll(async () => {
    await browser?.close();
    await blipq?.destroy();
    folder.remove();
  });

  /** The text of a card, once it has succeeded. */
  async function captionOf(name: string): Promise<string | null> {
    await playground.shows(name, 'succeeded');
    return await playground.card(name).locator('.told').textContent();
  }

  test('a banner says what the model knows, with the line that gets one of photographs, and offers examples', async () => {
    const { note } = JSON.parse(readFileSync(join(root, 'models/demo/blipq.json'), 'utf8'));
    const banner = playground.page.locator('.banner.note');
    expect(await banner.textContent()).toContain(note);
    expect(await banner.locator('code').textContent()).toBe(
      'BLIPQ_MODEL=Salesforce/blip-image-captioning-large npm start',
    );
    await playground.page.getByRole('button', { name: 'Try book-in-a-room.jpg' }).click();
    expect(await captionOf('book-in-a-room.jpg')).toBe(exampleCaptions['book-in-a-room.jpg']);
  });

  test('images that are chosen come back as captions, each on a card with a thumbnail', async () => {
    await playground.choose(example(dog), example(cat));
    for (const name of [dog, cat]) {
      expect(await captionOf(name)).toBe(exampleCaptions[name]);
      await playground.card(name).locator('.thumbnail img').waitFor();
      await playground.card(name).getByText('Confidence:').waitFor();
      await playground.card(name).getByText('in all').waitFor();
    }
  });

  test('so do images that are dropped, also several at once', async () => {
    await playground.drop(example(rocket), example(sun));
    for (const name of [rocket, sun]) expect(await captionOf(name)).toBe(exampleCaptions[name]);
  });

  test('a file that is no image is refused in the server’s words', async () => {
    await playground.drop(join(root, 'package.json'));
    await playground.shows('package.json', 'refused');
    await playground.card('package.json').getByText('does not start like any image format').waitFor();
    await playground.screenshot('playground', { height: 1120 });
    await playground.screenshot('playground-dark', { colorScheme: 'dark' });
    await playground.screenshot('playground-narrow', { width: 320, height: 700 });
  });

  test('an image that is pasted', async () => {
    await playground.paste(readFileSync(example(cat)));
    expect(await captionOf('image.png')).toBe(exampleCaptions[cat]);
  });

  test('a picture from the camera', async () => {
    await playground.page.getByRole('button', { name: 'Camera' }).click();
    await playground.page.getByRole('button', { name: 'Take the picture' }).click();
    await playground.page.locator('article', { hasText: 'photo-' }).locator('[data-state=succeeded]').waitFor();
  });

  test('an address whose image the server may not fetch is refused in its words, with a page that says what to do', async () => {
    await playground.page.getByLabel('Address of an image').fill('https://127.0.0.1/secret.png');
    await playground.page.keyboard.press('Enter');
    await playground.shows('secret.png', 'refused');
    const page = playground.card('secret.png').getByRole('link', { name: 'What to do about url_blocked' });
    const text = await (await fetch((await page.getAttribute('href'))!)).text();
    expect(text).toContain('url_blocked');
  });

  test('a data: URL goes to the server as it is', async () => {
    const url = `data:image/jpeg;base64,${readFileSync(example(dog)).toString('base64')}`;
    await playground.page.getByLabel('Address of an image').fill(url);
    await playground.page.keyboard.press('Enter');
    expect(await captionOf('data URL')).toBe(exampleCaptions[dog]);
  });

  test('axe-core finds nothing wrong with all of that', () => playground.expectAccessible(['light', 'dark', 'narrow']));

  test('each token of a caption says on hover, and in a table, how sure the model was of it', async () => {
    const word = playground.card(dog).locator('.token').nth(1);
    expect(await word.textContent()).toBe('dog');
    await word.hover();
    const shown = await word.evaluate((element) => getComputedStyle(element, '::after').content);
    expect(shown).toMatch(/^"dog (> )?\d+ %"$/);
    await playground.card(dog).getByText('6 tokens').click();
    await playground.card(dog).getByRole('cell', { name: '[SEP]' }).waitFor();
  });

  describe('with wishes', () => {
    const file = "it's a dog.jpg";
    const place = join(folder.path, 'place');
    let text: string | null;

    beforeAll(async () => {
      mkdirSync(place);
      copyFileSync(example(dog), join(place, file));
      const { page } = playground;
      await page.getByLabel('Begin with').fill('a picture of');
      await page.getByText('More options').click();
      await page.getByLabel('Candidates').selectOption('3');
      await page.getByLabel('Blocked words').fill('puppy, dogs');
      await page.getByLabel('As alternative text').check();
      await playground.choose(join(place, file));
      text = await captionOf(file);
    });

    test('the caption begins with the prompt, is an alternative text too and comes with other candidates', async () => {
      expect(text).toMatch(/^a picture of a dog/);
      expect(await playground.card(file).locator('.alt').textContent()).toMatch(/^alt A dog.*\.$/);
      await playground.card(file).getByText('3 candidates').click();
      expect(await playground.card(file).getByRole('listitem').count()).toBe(3);
      expect(await playground.page.getByLabel('Beams').inputValue()).toBe('3');
    });

    test('what is copied as curl works when pasted', async () => {
      const { caption, captions, params } = JSON.parse(await pasted(playground, file, 'curl', place));
      expect([caption.text, captions.length]).toEqual([text, 3]);
      expect(params).toMatchObject({ num_beams: 3, format: 'alt', bad_words: ['dogs', 'puppy'] });
    });

    test('and as TypeScript', async () => {
      expect(await pasted(playground, file, 'TypeScript', place)).toBe(`${text}\n`);
    });

    test('and as the command, which prints the alternative text', async () => {
      const alt = await playground.card(file).locator('.alt').textContent();
      expect(await pasted(playground, file, 'CLI', place)).toBe(`${file}: ${alt!.replace(/^alt /, '')}\n`);
    });
  });

  test('work that is canceled ends so, also when the answer to that comes later than the end; a retry makes it', async () => {
    const { page } = playground;
    const engine = blipq.process('engine/dist/engine-process.js');
    process.kill(engine.pid, 'SIGSTOP');
    await playground.choose(example(rocket));
    await playground.shows(rocket, 'processing');
    await page.route('**/cancel', async (route) => {
      const response = await route.fetch();
      await playground.shows(rocket, 'canceled');
      await route.fulfill({ response });
    });
    const answered = page.waitForEvent('requestfinished', (one) => one.url().endsWith('/cancel'));
    await page
      .getByRole('button', { name: `Cancel ${rocket}` })
      .first()
      .click();
    await answered;
    process.kill(engine.pid, 'SIGCONT');
    await page
      .getByRole('button', { name: `Retry ${rocket}` })
      .first()
      .click();
    expect(await captionOf(rocket)).toBe(`a picture of ${exampleCaptions[rocket]}`);
  });

  test('a worker that is killed under it: the card goes back to the queue and succeeds', async () => {
    const [engine, worker] = [blipq.process('engine/dist/engine-process.js'), blipq.process('apps/worker')];
    process.kill(engine.pid, 'SIGSTOP');
    await playground.choose(example(sun));
    await playground.shows(sun, 'processing');
    process.kill(worker.pid, 'SIGKILL');
    process.kill(engine.pid, 'SIGCONT');
    await playground.shows(sun, 'succeeded');
    await playground.card(sun).getByText('succeeded, attempt 2').waitFor();
  });

  test('offline, a card waits and says so; back online, it goes on by itself', async () => {
    const context = playground.page.context();
    await context.setOffline(true);
    await playground.choose(example(cat));
    await playground.page.getByRole('status').getByText('Offline.').waitFor();
    await playground.shows(cat, 'sending');
    await context.setOffline(false);
    await playground.shows(cat, 'succeeded');
    expect(await playground.page.getByText('Offline.').count()).toBe(0);
  });

  test('what was made is there after a reload, and can be saved', async () => {
    const count = await playground.page.getByRole('article').count();
    await playground.page.reload();
    expect(await captionOf(dog)).toBe(exampleCaptions[dog]);
    expect(await playground.page.getByRole('article').count()).toBe(count);
    const saved = async (button: string) => {
      const begun = playground.page.waitForEvent('download');
      await playground.page.getByRole('button', { name: button }).click();
      return readFileSync(await (await begun).path(), 'utf8');
    };
    const records = (await saved('Save as JSONL')).trimEnd().split('\n');
    const captions = records.map((line) => JSON.parse(line)).map(({ image, caption }) => [image, caption]);
    expect(Object.fromEntries(captions)).toMatchObject({ [dog]: exampleCaptions[dog], [cat]: exampleCaptions[cat] });
    const rows = (await saved('Save as CSV')).split('\r\n');
    expect(rows[0]).toContain('image,caption,');
    expect(rows).toHaveLength(records.length + 2);
  });

  test('cleared, nothing is left of it in the browser', async () => {
    await playground.page.getByRole('button', { name: 'Clear' }).click();
    await playground.page.getByText('Nothing yet.').waitFor();
    expect(await playground.page.evaluate(() => localStorage.length)).toBe(0);
  });

  test('nothing was asked of another server, and nothing broke a rule of the page', () => {
    expect(playground.elsewhere).toEqual([]);
    expect(playground.errors).toEqual([]);
  });
});
