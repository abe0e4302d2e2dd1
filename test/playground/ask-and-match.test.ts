import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium, noChromium } from '../../apps/gateway/src/testing/chromium.js';
import { LiveGateway } from '../../apps/gateway/src/testing/live-gateway.js';
import { WorkerProcess } from '../../apps/worker/src/testing/worker-process.js';
import { pasted } from './pasted.js';
import { PlaygroundPage } from './playground-page.js';

const reference = fileURLToPath(new URL('../reference/', import.meta.url));
/** Made by transformers with the same models. */
const goldens: {
  vqa: { image: string; question: string; text: string; params: { max_new_tokens: number } }[];
  itm: { image: string; text: string; match_probability: number }[];
} = JSON.parse(await readFile(join(reference, 'goldens.json'), 'utf8'));
const { image } = goldens.vqa[0]!;
const name = image.split('/').at(-1)!;

describe.skipIf(noChromium !== '')(`the tabs Ask and Match with real workers${noChromium}`, () => {
  /** Also where the image is that is asked about. */
  let folder: string;
  let gateway: LiveGateway;
  const workers: WorkerProcess[] = [];
  let browser: Browser;
  let playground: PlaygroundPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blipq-playground-'));
    await cp(join(reference, image), join(folder, name));
    gateway = await new LiveGateway(inject('redisUrl')).start();
    browser = await launchChromium();
    playground = await PlaygroundPage.open(browser, gateway.url);
    for (const model of ['vqa', 'itm']) {
      const env = {
        REDIS_URL: inject('redisUrl'),
        BLIPQ_NAMESPACE: gateway.namespace,
        BLIPQ_CACHE: inject('modelCache'),
      };
      const worker = { ...env, BLIPQ_MODEL: join(reference, model), BLIPQ_PRECISION: 'fp32', BLIPQ_THREADS: '1' };
      workers.push(await WorkerProcess.spawn(worker));
    }
  });
  afterAll(async () => {
    await browser?.close();
    for (const worker of workers) await worker.kill('SIGKILL');
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a tab says that no model is served for it, with the line that starts one, until a worker comes', async () => {
    const { page } = playground;
    await page.getByText('No model is served for this.').waitFor();
    await page.getByText('BLIPQ_MODEL=Salesforce/blip-image-captioning-large npm start').waitFor();
    await page.getByRole('tab', { name: 'Caption' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Ask' }).getAttribute('aria-selected')).toBe('true');
    await Promise.all(workers.map((worker) => worker.logged('model registered')));
    await page.getByText('No model is served for this.').waitFor({ state: 'detached' });
  });

  test('Ask wants a question and an image before it sends anything', async () => {
    const { page } = playground;
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').getByText('Write a question first.').waitFor();
    await page.getByLabel('Questions, one on each line').fill('is it raining?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').getByText('Choose an image first.').waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
  });

  test('the answers to several questions are those of transformers', async () => {
    const { page } = playground;
    const asked = goldens.vqa.filter((golden) => golden.image === image);
    await playground.choose(join(reference, image));
    await page.getByLabel('Questions, one on each line').fill(asked.map(({ question }) => question).join('\n'));
    await page.getByText('More options').click();
    await page.getByLabel('Tokens at most').fill(String(asked[0]!.params.max_new_tokens));
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await playground.shows(name, 'succeeded');
    const told = await playground.card(name).locator('.told').allTextContents();
    expect(told).toEqual(asked.map(({ text }) => text));
    const { answers } = JSON.parse(await pasted(playground, name, 'curl', folder));
    expect(answers.map(({ text }: { text: string }) => text)).toEqual(told);
  });

  test('the image stays for the next question', async () => {
    const { page } = playground;
    await page.getByLabel('Questions, one on each line').fill('what is this?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await playground.card(name).locator('dt', { hasText: 'what is this?' }).waitFor();
    await playground.shows(name, 'succeeded');
    expect(await page.getByRole('article').count()).toBe(2);
    await playground.screenshot('playground-ask', { height: 700 });
    await playground.expectAccessible(['light', 'narrow and dark']);
  });

  test('in Match the image is still there, and texts come with the probabilities of transformers, the best one marked', async () => {
    const { page } = playground;
    await page.getByRole('tab', { name: 'Match' }).click();
    const compared = goldens.itm.filter((golden) => golden.image === image);
    await page.getByLabel('Texts, one on each line').fill(compared.map(({ text }) => text).join('\n'));
    await page.getByRole('button', { name: 'Match', exact: true }).click();
    await playground.shows(name, 'succeeded');
    const values = playground.card(name).locator('progress');
    const shown = await values.evaluateAll((all) => all.map((one) => (one as HTMLProgressElement).value));
    expect(shown).toHaveLength(compared.length);
    for (const [at, { match_probability }] of compared.entries()) expect(shown[at]).toBeCloseTo(match_probability, 3);
    const best = compared.toSorted((a, b) => b.match_probability - a.match_probability)[0]!;
    expect(await playground.card(name).locator('.best > span').first().textContent()).toBe(best.text);
    const [match] = JSON.parse(await pasted(playground, name, 'curl', folder)).matches;
    expect([match.text, match.probability]).toEqual([compared[0]!.text, shown[0]]);
    await playground.screenshot('playground-match', { height: 700 });
    await playground.expectAccessible(['light', 'narrow and dark']);
  });

  test('nothing was asked of another server, and nothing broke a rule of the page', () => {
    expect(playground.elsewhere).toEqual([]);
    expect(playground.errors).toEqual([]);
  });
});
