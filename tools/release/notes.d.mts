export function releaseNotes(release: { version: string; section: string; registry: string; digests: string }): string;
