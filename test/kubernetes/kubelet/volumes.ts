import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeApi, KubeObject } from './kube-api.js';

/** The folders that stand for a pod's volumes, by name; those of its own below `dir`. */
export async function foldersOf(api: KubeApi, pod: KubeObject, dir: string): Promise<Record<string, string>> {
  const folders: Record<string, string> = {};
  for (const { name, emptyDir, hostPath, persistentVolumeClaim: claim } of pod.spec.volumes ?? []) {
    if (emptyDir) {
      folders[name] = join(dir, name);
      mkdirSync(folders[name], { recursive: true });
    } else if (hostPath) {
      folders[name] = hostPath.path;
    } else if (claim) {
      const claims = `/api/v1/namespaces/${pod.metadata.namespace}/persistentvolumeclaims`;
      const { spec } = await api.call('GET', `${claims}/${claim.claimName}`);
      folders[name] = (await api.call('GET', `/api/v1/persistentvolumes/${spec.volumeName}`)).spec.hostPath.path;
    } else {
      throw new Error(`this kubelet has no volume such as ${name}`);
    }
  }
  return folders;
}

/** A value that is a path in one of a container's mounts, as a path in the folder that stands for it; or as it is. */
export function placed(value: string, { volumeMounts = [] }: KubeObject, folders: Record<string, string>): string {
  const isIn = ({ mountPath }: KubeObject) => value === mountPath || value.startsWith(`${mountPath}/`);
  const mount = volumeMounts.find(isIn);
  return mount === undefined ? value : join(folders[mount.name]!, value.slice(mount.mountPath.length));
}
