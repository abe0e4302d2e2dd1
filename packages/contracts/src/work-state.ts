import { z } from 'zod';

/**
 * queued → processing → succeeded | failed | canceled | expired; processing → queued when an attempt is repeated.
 */
export const workState = z.enum(['queued', 'processing', 'succeeded', 'failed', 'canceled', 'expired']);
export type WorkState = z.infer<typeof workState>;

export const terminalStates = ['succeeded', 'failed', 'canceled', 'expired'] as const satisfies WorkState[];
export type TerminalState = (typeof terminalStates)[number];

/** The only place that says which states are final. A record in one of them never changes again. */
export function isTerminal(state: WorkState): state is TerminalState {
  return (terminalStates as readonly WorkState[]).includes(state);
}
