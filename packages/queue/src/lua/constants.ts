import { batchItemsShownMax, publicTenant, taskNames, terminalStates, workState } from '@blipq/contracts';

/** What scripts know of the contracts: a script has it as `require 'constants'`. What only scripts need stands in them. */
export const constants = {
  states: workState.options,
  terminal_states: terminalStates,
  public_tenant: publicTenant,
  /** Prefix of an id → what it is the id of. */
  objects: Object.fromEntries(Object.values(taskNames).map(({ idPrefix, object }) => [idPrefix, object])),
  /** Up to so many items are kept in a batch itself. */
  batch_items_shown_max: batchItemsShownMax,
  /** Until a job should be in the queue, in milliseconds; then the reconciler looks whether it is. */
  enqueue_grace_ms: 10_000,
  /** Until a batch whose gateway says no more of it is sealed, in milliseconds. */
  seal_within_ms: 600_000,
} as const satisfies Record<string, LuaValue>;

export type LuaValue = string | number | readonly LuaValue[] | { readonly [name: string]: LuaValue };
