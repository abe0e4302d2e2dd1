export function changelogSection(version: string, changelog?: string): string;
export function withSection(version: string, date: string, changelog?: string): string;
