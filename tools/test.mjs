// npm test: makes everything ready, finds or installs a Redis server and the other programs that tests need, and runs all
// tests (or those whose files match the arguments). The last line is always "N passed, N failed".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, giveUp, root, run, say } from './bootstrap.mjs';
import { ensureProgram } from './ensure-program.mjs';
import { ensureValkey } from './ensure-valkey.mjs';
import { ensureClient } from './kubernetes-clients.mjs';

/** What tests need beside Redis; the Debian package is of the same name unless it is said. */
const programs = [
  { program: '/usr/bin/chromium', debian: 'chromium', tests: 'tests in a browser' },
  { program: 'promtool', debian: 'prometheus', tests: 'tests that evaluate the alert rules' },
  { program: 'openssl', tests: 'tests of TLS' },
  { program: 'curl', tests: 'tests of the curl lines in documents' },
];

let result = { passed: 0, failed: 1 };
process.on('exit', () => console.log(`${result.passed} passed, ${result.failed} failed`));

await bootstrap();
const mayInstall = !['1', 'true', 'yes', 'on'].includes(process.env.BLIPQ_NO_INSTALL ?? '');
await ensureRedis();
for (const needed of programs) ensureProgram(needed, { mayInstall, say });
ensureClient('helm', { mayInstall, say, without: 'tests that render the Helm chart are skipped.' });
ensureValkey({ mayInstall, say });

const folder = mkdtempSync(join(tmpdir(), 'blipq-test-report-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const code = await run(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)]);
result = counts(report);
rmSync(folder, { recursive: true });
process.exitCode = result.failed > 0 ? 1 : code;

async function ensureRedis() {
  const { findRedis } = await import('../apps/standalone/dist/find-redis.js');
  await findRedis({ path: process.env.PATH ?? '', mayInstall, say }).catch((error) => giveUp(error.message));
}

/** Whatever went wrong outside a test (a file that does not load, no test at all) counts as one failure. */
function counts(file) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    const broken = numFailedTests === 0 && (code !== 0 || numPassedTests === 0);
    return { passed: numPassedTests, failed: broken ? 1 : numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
