// npm run test:kubernetes: the Helm chart on a real control plane, whose programs are in the folder KUBEBUILDER_ASSETS,
// or on the cluster of KUBECONFIG where BLIPQ_DISPOSABLE_CLUSTER=1 gives it to the tests. Where there is neither it says
// so in one line and ends well. docs/how-to/test-on-kubernetes.md says how to get the programs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, root, run, say } from './bootstrap.mjs';
import { ensureClient } from './kubernetes-clients.mjs';

const { KUBEBUILDER_ASSETS: assets, KUBECONFIG: kubeconfig, BLIPQ_DISPOSABLE_CLUSTER: disposable = '' } = process.env;
const absent = ['etcd', 'kube-apiserver'].filter((name) => assets === undefined || !existsSync(join(assets, name)));
const isGiven = disposable !== '';
if (isGiven && (disposable !== '1' || kubeconfig === undefined || !existsSync(kubeconfig))) {
  say(
    'Refused: BLIPQ_DISPOSABLE_CLUSTER takes 1, and KUBECONFIG the path of one file, whose current cluster these tests ' +
      'may install in and delete from.',
  );
  process.exitCode = 1;
} else if (absent.length > 0 && !isGiven) {
  say(
    `Skipped: KUBEBUILDER_ASSETS names no folder with ${absent.join(' and ')}; docs/how-to/test-on-kubernetes.md says how to get them.`,
  );
  if (kubeconfig !== undefined)
    say('The cluster of KUBECONFIG stays as it is: BLIPQ_DISPOSABLE_CLUSTER=1 would give it to these tests.');
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
