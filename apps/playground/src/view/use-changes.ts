import { useEffect, useReducer } from 'preact/hooks';
import type { Changes } from '../cards/changes.js';

/** Renders the component anew whenever `source` has changed. */
export function useChanges(source: Changes): void {
  const [, again] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => source.subscribe(() => again(undefined)), [source]);
}
