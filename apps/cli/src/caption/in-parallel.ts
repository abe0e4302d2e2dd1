/**
 * Works on items of a source, as many at once as there is room for, and takes the next one only then. The first error
 * that the work throws ends it all, once what is under way has ended.
 *
 * @param room asked before each item
 */
export async function inParallel<T>(
  source: AsyncIterable<T>,
  room: () => number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const open = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const item of source) {
    const one = work(item)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => open.delete(one));
    open.add(one);
    while (open.size >= Math.max(1, room()) && !failure) await Promise.race(open);
    if (failure) break;
  }
  await Promise.all(open);
  if (failure) throw failure.error;
}
