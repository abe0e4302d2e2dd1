export function inOrder(files: string[], version: string): string[];
