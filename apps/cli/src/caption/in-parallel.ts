/**
 * Works on items of a source, as many at once as there is room for, and takes the next one only then. The first error
 * of the work or the source ends it all, once what is under way has ended.
 *
 * @param room asked before each item
 */
export async function inParallel<T>(
  source: AsyncIterable<T>,
  room: () => number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let open = 0;
  let failure: { error: unknown } | undefined;
  let wake = () => {};
  const ended = () => new Promise<void>((resolve) => (wake = resolve));
  const fail = (error: unknown) => {
    failure ??= { error };
  };
  try {
    for await (const item of source) {
      open++;
      void work(item)
        .catch(fail)
        .finally(() => {
          open--;
          wake();
        });
      while (open >= Math.max(1, room()) && !failure) await ended();
      if (failure) break;
    }
  } catch (error) {
    fail(error);
  }
  while (open > 0) await ended();
  if (failure) throw failure.error;
}
