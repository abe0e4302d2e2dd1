export function packageChart(target: string, options: { registry: string; digests?: string }): string;
