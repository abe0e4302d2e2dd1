export function baseImages(): Record<'node' | 'valkey', { name: string; standIn: string }>;
