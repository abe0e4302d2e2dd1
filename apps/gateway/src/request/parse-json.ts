import { BlipqError, invalidField } from '@blipq/contracts';

/** Texts, lists, objects and what separates them, in one body. A batch of 100 with everything that can be said has 20,000. */
const tokensMax = 50_000;
/** The deepest that is asked for is a list in a webhook of an item: 6. */
const depthMax = 32;

const [quote, backslash, comma, colon] = Buffer.from('"\\,:');
const [listBegins, listEnds, objectBegins, objectEnds] = Buffer.from('[]{}');

/**
 * Parses JSON whose number of values and whose depth are known to be bounded before a value is made of it: making a
 * million names takes seconds, for which nobody else would be answered.
 *
 * @throws BlipqError `malformed_json` for bytes that are not UTF-8 or not JSON; `invalid_params` for too many values
 */
export function parseJson(body: Uint8Array): unknown {
  refuseBeyondBounds(body);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const detail = error instanceof SyntaxError ? 'The body is not valid JSON.' : 'The body is not valid UTF-8.';
    throw new BlipqError('malformed_json', detail, { cause: error });
  }
}

/** Takes two milliseconds per megabyte at most, whatever the bytes are. */
function refuseBeyondBounds(body: Uint8Array): void {
  let tokens = 0;
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) {
      tokens += 1;
      at = endOfText(body, at);
    } else if (byte === comma || byte === colon) tokens += 1;
    else if (byte === listBegins || byte === objectBegins) {
      tokens += 1;
      depth += 1;
    } else if (byte === listEnds || byte === objectEnds) depth -= 1;
    if (tokens > tokensMax) throw invalidField('', 'The body has more names and values than a batch can use.');
    if (depth > depthMax) throw invalidField('', `The body is nested deeper than ${depthMax} levels.`);
  }
}

/** The place of the quote that ends a text, or the body's end. */
function endOfText(body: Uint8Array, begin: number): number {
  // Nearly every long text is base64, which has no backslash: its end is found without looking at each byte here.
  const end = body.indexOf(quote!, begin + 1);
  if (end === -1) return body.length;
  if (body[end - 1] !== backslash) return end;
  let at = begin + 1;
  while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1;
  return at;
}
