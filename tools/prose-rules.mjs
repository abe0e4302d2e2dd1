// What a sentence of a document may not be: longer than 35 words, a chain of passives, without a subject that names
// something, or in words that readers have to decode.
import { toNlcst } from 'mdast-util-to-nlcst';
import { toString as textOf } from 'nlcst-to-string';
import { ParseEnglish } from 'parse-english';
import retextPassive from 'retext-passive';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { VFile } from 'vfile';

const wordsMax = 35;
const passivesMax = 1;

/** A subject that the reader would have to work out, or words without content. Questions may begin as they like. */
const vagueOpening =
  /^(what|whatever|who|whoever|whose|how (often|long|much|many)|all that|that which|it is (worth|important|noted|clear)|(please )?note that|basically|obviously|of course|needless to say|as (mentioned|said|noted))\b/i;

/** What readers had to decode, each with what to write instead. */
const wordings = [
  [/\b(is|are|was|were) told of\b/, '“is notified of”'],
  [/\bsays nothing\b/, '“is unresponsive”, “logs nothing”'],
  [/\b(is|are) spoken of\b/, '“is logged”, “is reported”'],
  [/\bmore comes than\b/, '“load exceeds capacity”'],
  [/\bsaid aloud\b/, '“set explicitly”'],
  [/\bback, or up\b/, '“requeues or abandons”'],
  [/\blooks in which\b/, '“checks during which”'],
  [/\bwhat (becomes|comes) of\b/, 'the outcome, by its name'],
  [/\bcome(s)? along by itself\b/, '“is installed automatically”'],
  [/\bthat resources of these types come of\b/, '“maps a resource type to its task”'],
];

const passive = unified().use(retextPassive).freeze();

/**
 * The findings in a document.
 *
 * @param document its text and its tree (mdast)
 * @returns `{ line, rule, message }` for each, in the document's order
 */
export function proseFindings({ text, tree }) {
  const file = new VFile(text);
  const findings = [];
  visit(tree, ['paragraph', 'tableCell'], ({ children, position }) => {
    if (children.length === 0) return;
    const block = { type: 'root', children: [{ type: 'paragraph', children, position }], position };
    const prose = toNlcst(block, file, ParseEnglish);
    visit(prose, 'SentenceNode', (node) => {
      for (const sentence of sentencesIn(node)) {
        const line = sentence.children[0].position.start.line;
        findings.push(...problemsOf(sentence).map(([rule, message]) => ({ line, rule, message })));
      }
    });
  });
  return findings;
}

/** The parser takes a sentence that begins with code or in lower case for a part of the one before it. */
function sentencesIn({ children }) {
  const ends = children.flatMap((_, index) => {
    const before = textOf(children.slice(Math.max(0, index - 2), index + 1));
    const isEnd = /(\w{3,}|[”")`])[.?!]$/.test(before) && children[index + 1]?.type === 'WhiteSpaceNode';
    return isEnd ? [index + 1] : [];
  });
  const bounds = [0, ...ends, children.length];
  return bounds.slice(1).map((end, index) => ({ type: 'SentenceNode', children: children.slice(bounds[index], end) }));
}

function problemsOf(sentence) {
  const text = textOf(sentence).replaceAll(/\s+/g, ' ').trim();
  const shown = `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
  const words = sentence.children.filter(({ type }) => type === 'WordNode' || type === 'SourceNode').length;
  const passives = passivesIn(sentence);
  const problems = [];
  if (words > wordsMax) problems.push(['long-sentence', `${words} words, at most ${wordsMax}: ${shown}`]);
  if (passives.length > passivesMax)
    problems.push([
      'passive-chain',
      `${passives.length} passives (${passives.join(', ')}), at most ${passivesMax}: ${shown}`,
    ]);
  // Labels and the heads of tables are no sentences.
  if (words > 4 && /[.:!]$/.test(text) && vagueOpening.test(text))
    problems.push(['vague-opening', `begin with a noun: ${shown}`]);
  for (const [pattern, instead] of wordings)
    if (pattern.test(text)) problems.push(['wording', `“${pattern.exec(text)[0]}”: write ${instead}`]);
  return problems;
}

/** The participles of a sentence's passives. */
function passivesIn(sentence) {
  const file = new VFile();
  passive.runSync({ type: 'RootNode', children: [{ type: 'ParagraphNode', children: [sentence] }] }, file);
  return file.messages.map(({ actual }) => actual);
}
