export function findClient(name: 'helm' | 'kubectl'): string | undefined;
export function ensureClient(
  name: 'helm' | 'kubectl',
  options: { mayInstall: boolean; say: (text: string) => void; without: string },
): void;
