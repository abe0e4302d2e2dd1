export const root: string;
export function documentPaths(folder?: string): string[];
export function addressOf(path: string): string;
export function linkBetween(from: string, to: string): string;
