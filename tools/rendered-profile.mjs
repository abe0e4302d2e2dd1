import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findClient } from './kubernetes-clients.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The files in k8s/chart/profiles. */
export const profiles = ['dev', 'cpu', 'gpu', 'models'];

/**
 * What `helm install blipq k8s/chart --namespace blipq` would create with these arguments.
 *
 * @throws Error with Helm's own message when the values are refused
 */
export function helmTemplate(args) {
  const helm = findClient('helm');
  if (helm === undefined) throw new Error('there is no helm 3 or 4 on the PATH; npm test fetches one on Linux on x64');
  const base = ['template', 'blipq', 'k8s/chart', '--namespace', 'blipq', '--kube-version', '1.35.0'];
  const { status, stdout, stderr } = spawnSync(helm, [...base, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** A profile as plain YAML, with nothing that says that Helm manages it. */
export function renderedProfile(profile) {
  const lines = helmTemplate(['--values', `k8s/chart/profiles/${profile}.yaml`])
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): /.test(line));
  const head = `# The profile ${profile} of k8s/chart, written by \`npm run chart\`; a test fails when it is out of date.`;
  return `${head}\n${lines.join('\n')}\n`;
}
