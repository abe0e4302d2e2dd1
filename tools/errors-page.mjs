import { problems } from '../packages/contracts/dist/index.js';
import { markdownTable } from './markdown-table.mjs';

const [begin, end] = ['<!-- error codes: written by `npm run docs` -->', '<!-- end of error codes -->'];

/** docs/errors/README.md with its table written anew, from the one table of error codes. */
export function errorsPage(page) {
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`docs/errors/README.md has no ${begin} and ${end}`);
  const rows = Object.entries(problems).map(([code, { status, title, retryable }]) => [
    `[${code}](${code}.md)`,
    String(status),
    retryable ? 'yes' : 'no',
    title,
  ]);
  const table = markdownTable([['code', 'status', 'repeat unchanged', 'meaning'], ...rows]);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}
