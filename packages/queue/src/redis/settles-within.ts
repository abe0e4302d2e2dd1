/** How long a part that stops waits for what it has asked of Redis, which may have frozen, in milliseconds. */
export const answerMs = 3000;

/** Resolves when `promise` has settled, however, or after `ms` milliseconds. */
export async function settlesWithin(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise?.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}
