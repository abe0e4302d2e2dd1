type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { keys(): string[] };

/** The browser's storage for this origin or this tab; one that lasts as long as the page where the browser forbids it. */
export function browserStorage(kind: 'localStorage' | 'sessionStorage'): Kept {
  try {
    const storage = globalThis[kind];
    return {
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => storage.setItem(key, value),
      removeItem: (key) => storage.removeItem(key),
      keys: () => Object.keys(storage),
    };
  } catch {
    const entries = new Map<string, string>();
    return {
      getItem: (key) => entries.get(key) ?? null,
      setItem: (key, value) => void entries.set(key, value),
      removeItem: (key) => void entries.delete(key),
      keys: () => [...entries.keys()],
    };
  }
}
