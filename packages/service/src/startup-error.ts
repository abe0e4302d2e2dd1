/**
 * A start that failed for a reason the operator can act on: a busy port, an unreachable Redis, a bad setting.
 * `runService` prints its message as one line, without a stack. The message says what is wrong and what to do.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
