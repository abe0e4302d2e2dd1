// npm run test:containers: builds the images and runs docker-compose.yml on a real Docker engine: the one that is there,
// or as root on Debian one of its own, which is gone afterwards. Elsewhere it says so in one line and ends well.
// docs/how-to/test-on-docker.md says what it asserts.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bootstrap, root, say } from './bootstrap.mjs';
import { canStartEngine, startEngine } from './private-engine.mjs';
import { provideBaseImages } from './stand-in-images.mjs';

const answers = (...args) => spawnSync('docker', args, { stdio: 'ignore' }).status === 0;
const isThere = answers('version') && answers('compose', 'version');

if (!isThere && !canStartEngine()) {
  say('Skipped: there is no Docker engine with Compose here, and one is started on Debian as root only.');
} else {
  await bootstrap();
  if (!isThere) say('No Docker engine here; starting one that is gone afterwards …');
  const engine = isThere ? { env: process.env, stop: async () => {} } : await startEngine();
  try {
    await testOn(engine);
  } finally {
    await engine.stop();
  }
}

async function testOn({ env, programs }) {
  const standIns = provideBaseImages({ env, programs }, say);
  if (standIns === undefined)
    return say('Skipped: no registry answers this Docker engine, and it lacks the base images.');
  for (const standIn of standIns) say(`Stands in for ${standIn}. The official image is not tried.`);
  const given = { ...env, BLIPQ_TEST_CONTAINERS: standIns.length > 0 ? 'stand-ins' : 'official' };
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/containers', ...process.argv.slice(2)];
  const vitest = spawn(process.execPath, args, { cwd: root, env: given, stdio: 'inherit' });
  // Vitest cleans up and ends, and then so does the engine.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => vitest.kill(signal));
  const [code] = await once(vitest, 'exit');
  process.exitCode = code ?? 1;
}
