import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'));

test.each(['SIGTERM', 'SIGINT'] as const)('%s to npm start alone reaches what it runs', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-npm-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tools'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'started', scripts: { start: scripts.start } }));
  const program = `
    const life = setInterval(() => {}, 1000);
    process.on('${signal}', () => { console.log('stopped'); clearInterval(life); });
    console.log('up', process.pid);
  `;
  writeFileSync(join(folder, 'tools', 'start.mjs'), program);
  const npm = spawn('npm', ['start'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(npm, 'close');
  let said = '';
  for await (const chunk of npm.stdout) {
    said += String(chunk);
    if (said.includes('up ') && !npm.killed) {
      const pid = Number(/up (\d+)/.exec(said)![1]);
      // What npm leaves behind must not outlive the test.
      onTestFinished(() => endIfAlive(pid));
      npm.kill(signal);
    }
  }
  await closed;
  expect(said).toContain('stopped');
});

test.each([
  [0, ''],
  [3, 'a notice\nan error\n'],
])('what package managers print is shown only when they fail: exit code %i', (code, shown) => {
  const bootstrap = new URL('../tools/bootstrap.mjs', import.meta.url).href;
  const program = `
    import { run } from '${bootstrap}';
    const printing = "console.log('a notice'); console.error('an error'); process.exitCode = ${code}";
    process.exitCode = await run(process.execPath, ['-e', printing], { quiet: true });
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([code, '', shown]);
});

function endIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
