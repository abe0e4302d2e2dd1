import { HubError, nameOf, parseReference } from '@blipq/hub';
import { StartupError } from '@blipq/service';

/**
 * The models that references name, by the names that they have in the API. Among several, one that cannot be a model is
 * left to its worker to refuse, so that the others are served.
 *
 * @throws StartupError for a single one that cannot be a model, for none at all, and for two of one name
 */
export function modelNames(references: readonly string[]): Map<string, string> {
  if (references.length === 0) throw new StartupError(`BLIPQ_MODEL names no model; ${setIt}`);
  const byName = new Map<string, string>();
  for (const reference of references) {
    const name = nameOfModel(reference, references.length > 1);
    const other = byName.get(name);
    if (other !== undefined) {
      throw new StartupError(
        `BLIPQ_MODEL has ${other} and ${reference}, which would both be called ${name}; leave one out or rename a folder`,
      );
    }
    byName.set(name, reference);
  }
  return byName;
}

const setIt =
  'set BLIPQ_MODEL to the folder of a BLIP checkpoint or to its owner/name on the Hugging Face Hub, or to several with commas between them';

function nameOfModel(reference: string, isOneOfSeveral: boolean): string {
  try {
    return nameOf(parseReference(reference));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (isOneOfSeveral) return reference;
    throw new StartupError(`${error.message}; ${setIt}`);
  }
}
