import { randomBytes } from 'node:crypto';
import { chmod, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts a new file in the place of one, or where there is none, in one step: a reader gets all of the old or all of
 * the new, also after a crash. A link stays a link, and the permissions stay.
 *
 * @param write makes the new file at the path that it is given, beside the old one
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await write(temporary);
    const old = await stat(target).catch(() => undefined);
    if (old) await chmod(temporary, old.mode);
    const file = await open(temporary);
    await file.sync().finally(() => file.close());
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
