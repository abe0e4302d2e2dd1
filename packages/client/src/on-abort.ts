interface Watch {
  stops: Set<() => void>;
  /** The one listener that the signal has. */
  listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `stop` when the signal is aborted, unless the function that it returns was called before. However many wait for
 * one signal, it has a single listener: Node takes more than ten for a leak. When nobody waits any more it has none.
 */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (!signal) return () => {};
  const { stops, listener } = watches.get(signal) ?? watch(signal);
  stops.add(stop);
  return () => {
    stops.delete(stop);
    if (stops.size > 0 || watches.get(signal)?.stops !== stops) return;
    signal.removeEventListener('abort', listener);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const stops = new Set<() => void>();
  const listener = () => {
    for (const stop of stops) stop();
  };
  const made = { stops, listener };
  signal.addEventListener('abort', made.listener);
  watches.set(signal, made);
  return made;
}
