export const providers: readonly string[];
export const wheels: Record<string, Record<string, { url: string; sha256: string }>>;
