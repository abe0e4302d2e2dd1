/** What is to be done when a signal is aborted; itself the one listener that the signal has. */
class Stops extends Set<() => void> {
  handleEvent(): void {
    for (const stop of this) stop();
  }
}

const watched = new WeakMap<AbortSignal, Stops>();

/**
 * Calls `stop` when the signal is aborted, unless the function that it returns was called before. However many wait for
 * one signal, it has a single listener: Node takes more than ten for a leak. When nobody waits any more it has none.
 */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (!signal) return () => {};
  const stops = watched.get(signal) ?? new Stops();
  watched.set(signal, stops.add(stop));
  // A listener that is there already is not added again.
  signal.addEventListener('abort', stops);
  return () => {
    stops.delete(stop);
    if (!stops.size) signal.removeEventListener('abort', stops);
  };
}
