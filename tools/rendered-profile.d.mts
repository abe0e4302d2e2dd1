export const profiles: readonly string[];
export function helmTemplate(args: string[]): string;
export function renderedProfile(profile: string): string;
