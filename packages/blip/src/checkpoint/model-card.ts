import { z } from 'zod';
import { parseConfig, readFirstJson } from './json-file.js';

const modelCard = z.strictObject({
  note: z.string().trim().min(1).max(500).optional(),
  min_confidence: z.number().min(0).max(1).optional(),
});

/** What the author of a model wants its users to know. */
export interface ModelCard {
  /** What the model knows and does not know, in a sentence or two. */
  readonly note?: string | undefined;
  /** Texts of less confidence than that, 0 to 1, are marked as such where a request does not name another bound. */
  readonly min_confidence?: number | undefined;
}

/** blipq.json of the first folder that has one, or an empty card. @throws ModelError where it cannot be used */
export async function readModelCard(folders: readonly string[]): Promise<ModelCard> {
  const [path, json] = await readFirstJson(folders, 'blipq.json');
  return parseConfig(path, modelCard, json ?? {});
}
