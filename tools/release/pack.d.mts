export function packAll(target: string, repository?: string): void;
export function packPackage(folder: string, target: string, repository?: string): string;
