/**
 * Keeps onnxruntime from reporting this process to its publisher. Its released builds send names and hashes of models and
 * facts of the machine, and keep a device id in the home folder: on Linux and macOS since 1.29, unless this variable is
 * set. A value that an operator has set stays.
 *
 * For the main thread, before the first session: onnxruntime reads the environment once, and what a worker thread sets
 * stays in that thread.
 *
 * Source: docs/Privacy.md and pull request 27379 of microsoft/onnxruntime.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
