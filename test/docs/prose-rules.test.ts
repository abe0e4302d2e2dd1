import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { expect, test } from 'vitest';
import { proseFindings } from '../../tools/prose-rules.mjs';

const rulesBrokenBy = (text: string) =>
  proseFindings({ text, tree: unified().use(remarkParse).use(remarkGfm).parse(text) }).map(({ rule }) => rule);

const words = (count: number) => `Each ${Array.from({ length: count - 1 }, () => 'word').join(' ')}.`;

test.each([
  ['a sentence of 36 words', words(36), 'long-sentence'],
  ['two passives in one sentence', 'The job that was taken is given back to the queue.', 'passive-chain'],
  ['an opening without a noun', 'What was accepted ends in one terminal state.', 'vague-opening'],
  ['words that have to be decoded', 'An unreachable receiver is waited for until more comes than is made.', 'wording'],
  ['a long sentence in a table', `| a |\n| - |\n| ${words(36)} |`, 'long-sentence'],
] as const)('%s is a finding', (_, text, rule) => {
  expect(rulesBrokenBy(text)).toEqual([rule]);
});

test.each([
  ['a sentence of 35 words', words(35)],
  ['two sentences that are longer together', `${words(20)} ${words(20)}`],
  ['two sentences of which the second begins with code', `${words(20)} \`code\` ${words(20)}`],
  ['code, however long: it counts as one word', `\`${words(50)}\` runs.`],
  ['one passive in a sentence', 'The worker takes a job, and its result is stored.'],
  ['a question', 'What happens to a job whose worker dies?'],
  ['a label', '**What it means.** The server takes no more work.'],
])('%s passes', (_, text) => {
  expect(rulesBrokenBy(text)).toEqual([]);
});
