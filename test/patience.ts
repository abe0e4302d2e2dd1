import { vi } from 'vitest';
import { patienceMs } from './patience-ms.js';

/**
 * A test waits for a condition until its own time is up: vitest's `vi.waitFor` gives up after a second, which on a busy
 * machine says nothing about the condition. A test that must not wait that long gives a timeout of its own.
 */
const { waitFor } = vi;
vi.waitFor = (condition, options) =>
  waitFor(condition, typeof options === 'number' ? options : { timeout: patienceMs, ...options });
