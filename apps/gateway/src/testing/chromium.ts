import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';

/** Debian's package; tools/test.mjs installs it where it may. */
const executablePath = '/usr/bin/chromium';

/** How long a page may take for what is expected of it, in milliseconds: on a busy machine longer than Playwright waits. */
export const pagePatienceMs = 150_000;

/** The end of the name of tests that are skipped because there is no browser; empty where there is one. */
export const noChromium = existsSync(executablePath)
  ? ''
  : ' (skipped: there is no /usr/bin/chromium; apt-get install chromium)';

/** How long a browser may take to open its first page before another is started, in milliseconds, and how many are. */
const firstPageMs = 40_000;
const launches = 3;

/**
 * A browser that opens pages: on a busy machine Chromium sometimes starts and never opens one.
 *
 * @param more of Chromium's switches, such as those for a made-up camera
 */
export async function launchChromium(more: string[] = []): Promise<Browser> {
  for (let launch = 1; ; launch += 1) {
    // Debian's package has no sandbox for root, and containers have little shared memory.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', ...more];
    const browser = await chromium.launch({ executablePath, args });
    const late = new AbortController();
    const opened = browser.newPage().then((page) => page.close());
    const tooLate = delay(firstPageMs, 'too late' as const, { signal: late.signal }).catch(() => undefined);
    const isOpen = (await Promise.race([opened, tooLate])) !== 'too late';
    late.abort();
    if (isOpen || launch === launches) return browser;
    // It would not end either; it does with this process.
    opened.catch(() => undefined);
  }
}
