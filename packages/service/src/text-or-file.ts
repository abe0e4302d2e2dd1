import { readFileSync } from 'node:fs';
import { StartupError } from './startup-error.js';

/** What a setting holds, and where that stood, for messages: it may be a secret, and is not to be quoted. */
export interface GivenText {
  text: string;
  source: string;
}

/**
 * A setting that is given as itself, or as the path of a file that holds it in `<name>_FILE`; undefined for neither.
 * White space around it does not count, as in variables.
 *
 * @throws StartupError when both are given, or the file cannot be read
 */
export function textOrFile(name: string, text: string | undefined, file: string | undefined): GivenText | undefined {
  if (text !== undefined && file !== undefined) {
    throw new StartupError(`${name} and ${name}_FILE are both set; keep one of them`);
  }
  if (text !== undefined) return { text, source: name };
  if (file === undefined) return undefined;
  try {
    return { text: readFileSync(file, 'utf8').trim(), source: `${name}_FILE ${file}` };
  } catch (error) {
    throw new StartupError(`${name}_FILE cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
