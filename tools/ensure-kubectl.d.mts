export function findKubectl(): string | undefined;
export function ensureKubectl(options: { mayInstall: boolean; say: (text: string) => void }): void;
