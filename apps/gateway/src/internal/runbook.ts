import { readFileSync } from 'node:fs';

const file = new URL('../../../site/dist/how-to/runbook.md', import.meta.url);

/** What docs/how-to/runbook.md says about each alert, by its name, as plain text: links are their texts, and code is unmarked. */
export function readRunbook(): ReadonlyMap<string, string> {
  const [, ...sections] = readFileSync(file, 'utf8').split(/^###? /m);
  return new Map(
    sections.map((section) => {
      const [name = '', ...lines] = section.split('\n');
      const text = lines.join('\n').trim();
      return [name.trim(), text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '')];
    }),
  );
}
