// npm run test:kubernetes: the Helm chart on a real control plane, whose programs are in the folder KUBEBUILDER_ASSETS.
// Where there are none it says so in one line and ends well. docs/how-to/test-on-kubernetes.md says how to get them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, root, run, say } from './bootstrap.mjs';
import { ensureClient } from './kubernetes-clients.mjs';

const assets = process.env.KUBEBUILDER_ASSETS;
const absent = ['etcd', 'kube-apiserver'].filter((name) => assets === undefined || !existsSync(join(assets, name)));
if (absent.length > 0) {
  say(
    `Skipped: KUBEBUILDER_ASSETS names no folder with ${absent.join(' and ')}; docs/how-to/test-on-kubernetes.md says how to get them.`,
  );
} else {
  await bootstrap();
  for (const name of ['helm', 'kubectl'])
    ensureClient(name, { mayInstall: true, say, without: 'the tests are skipped.' });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  process.exitCode = await run(process.execPath, [
    vitest,
    'run',
    '--maxWorkers=1',
    'test/kubernetes',
    ...process.argv.slice(2),
  ]);
}
