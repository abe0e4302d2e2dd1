import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's package; tools/test.mjs installs it where it may. */
const executablePath = '/usr/bin/chromium';

/** How long a page may take for what is expected of it, in milliseconds: on a busy machine longer than Playwright waits. */
export const pagePatienceMs = 150_000;

/** The end of the name of tests that are skipped because there is no browser; empty where there is one. */
export const noChromium = existsSync(executablePath)
  ? ''
  : ' (skipped: there is no /usr/bin/chromium; apt-get install chromium)';

/** @param more of Chromium's switches, such as those for a made-up camera */
export async function launchChromium(more: string[] = []): Promise<Browser> {
  // Debian's package has no sandbox for root, and containers have little shared memory.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', ...more] });
}
