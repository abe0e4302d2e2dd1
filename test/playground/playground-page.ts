import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { patienceMs } from '../patience-ms.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where screenshots are kept, if they are wanted: `npm run screenshots`. */
const screenshots = process.env.BLIPQ_SCREENSHOTS;

const allLooks = {
  light: { colorScheme: 'light', width: 1120 },
  dark: { colorScheme: 'dark', width: 1120 },
  narrow: { colorScheme: 'light', width: 320 },
  'narrow and dark': { colorScheme: 'dark', width: 320 },
} as const;

interface AxeResult {
  passes: { id: string }[];
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

/** The playground in a browser, and all that it did which it must not do. */
export class PlaygroundPage {
  readonly page: Page;
  /** Requests to other servers. */
  readonly elsewhere: string[] = [];
  /** What broke the page's own rules, or its script. */
  readonly errors: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    page.setDefaultTimeout(patienceMs);
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== url) this.elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
    // Answers other than 200 are logged by the browser itself, and are part of the tests.
    page.on('console', (one) => {
      if (one.type() === 'error' && !/^Failed to load resource/.test(one.text())) this.errors.push(one.text());
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<PlaygroundPage> {
    const permissions = ['clipboard-read', 'clipboard-write', 'camera'];
    const context = await browser.newContext({ viewport: { width: 1120, height: 800 }, permissions, ...options });
    const playground = new PlaygroundPage(await context.newPage(), url);
    await playground.page.goto(`${url}/playground`);
    return playground;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** The newest card of an image. */
  card(name: string): Locator {
    return this.page.getByRole('article', { name, exact: true }).first();
  }

  /** Waits until the newest card of an image shows a state. */
  async shows(name: string, state: string): Promise<void> {
    await this.card(name).locator(`[data-state=${state}]`).waitFor();
  }

  async choose(...files: string[]): Promise<void> {
    await this.page.locator('input[type=file]').setInputFiles(files);
  }

  /** Drops files from the desktop, as the browser itself hands them over. */
  async drop(...files: string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
    }
    await session.detach();
  }

  /** Copies an image to the clipboard and pastes it by the keyboard. */
  async paste(png: Buffer): Promise<void> {
    await this.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      const item = new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) });
      await navigator.clipboard.write([item]);
    }, png.toString('base64'));
    await this.page.keyboard.press('Control+V');
  }

  async clipboard(): Promise<string> {
    return await this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Finds nothing wrong by axe-core, and nothing that sticks out, under each look. */
  async expectAccessible(looks: (keyof typeof allLooks)[]): Promise<void> {
    const before = this.page.viewportSize()!;
    await this.page.evaluate(axe);
    for (const look of looks) {
      const { colorScheme, width } = allLooks[look];
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.page.setViewportSize({ ...before, width });
      // biome-ignore lint/suspicious/noExplicitAny: the script's global.
      const { violations, passes } = await this.page.evaluate<AxeResult>(() => (globalThis as any).axe.run());
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
      );
      expect(found, look).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
      expect(await this.page.evaluate(() => document.documentElement.scrollWidth), look).toBeLessThanOrEqual(width);
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize(before);
  }

  /** Keeps a picture of the page as `docs/screenshots/<name>.png`, where that is asked for. */
  async screenshot(
    name: string,
    options: { colorScheme?: 'dark'; width?: number; height?: number } = {},
  ): Promise<void> {
    if (!screenshots) return;
    const { colorScheme = 'light', width = 1120, height = 800 } = options;
    await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width, height });
    const png = await this.page.screenshot({ animations: 'disabled' });
    await sharp(png)
      .png({ palette: true, colours: 128 })
      .toFile(join(screenshots, `${name}.png`));
    await this.page.emulateMedia({ colorScheme: 'light' });
  }
}
