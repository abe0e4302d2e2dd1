// node tools/lint-lua.mjs: checks the scripts that run inside Redis with luacheck, which it installs if it can.
import { spawnSync } from 'node:child_process';
import { root, say } from './bootstrap.mjs';
import { ensureProgram, hasProgram } from './ensure-program.mjs';

ensureProgram({ program: 'luacheck', debian: 'lua-check', tests: 'checks of Lua' }, { mayInstall: true, say });
if (hasProgram('luacheck')) {
  const { status } = spawnSync('luacheck', ['--quiet', 'packages/queue/src'], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
