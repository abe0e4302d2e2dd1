import { useLayoutEffect, useReducer } from 'preact/hooks';
import type { Changes } from '../cards/changes.js';

/**
 * Renders the component anew whenever `source` has changed. It listens before anything else can happen: after the first
 * paint, which a busy machine delays, an answer may have come already.
 */
export function useChanges(source: Changes): void {
  const [, again] = useReducer((count: number, _: undefined) => count + 1, 0);
  useLayoutEffect(() => source.subscribe(() => again(undefined)), [source]);
}
