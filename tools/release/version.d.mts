export function checkedVersion(options?: { tag?: string; root?: string }): string;
export function setVersion(version: string, options?: { root?: string; date?: string }): void;
