import type { KubeApi, KubeObject } from './kube-api.js';

/** `$(NAME)` is the variable's value; one that there is not stays as it is. */
export function expanded(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name) => env[name] ?? whole);
}

/** A container's own variables: values, keys of Secrets and ConfigMaps, fields of the pod. */
export async function environmentOf(api: KubeApi, pod: KubeObject, container: KubeObject, ip: string) {
  const env: Record<string, string> = {};
  const data = async (kind: string, name: string): Promise<Record<string, string>> =>
    (await api.call('GET', `/api/v1/namespaces/${pod.metadata.namespace}/${kind}/${name}`)).data ?? {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.secretKeyRef) {
      const { name: secret, key } = valueFrom.secretKeyRef;
      env[name] = Buffer.from((await data('secrets', secret))[key] ?? '', 'base64').toString();
    } else if (valueFrom?.configMapKeyRef) {
      env[name] = (await data('configmaps', valueFrom.configMapKeyRef.name))[valueFrom.configMapKeyRef.key] ?? '';
    } else if (valueFrom?.fieldRef) {
      env[name] = field(pod, valueFrom.fieldRef.fieldPath, ip);
    } else {
      env[name] = expanded(value ?? '', env);
    }
  }
  return env;
}

function field(pod: KubeObject, path: string, ip: string): string {
  if (path === 'status.podIP') return ip;
  const value = path.split('.').reduce((object, key) => object?.[key], pod);
  if (typeof value !== 'string') throw new Error(`this kubelet knows no field ${path}`);
  return value;
}
