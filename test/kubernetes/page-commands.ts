import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What stands under a heading of docs/how-to/deploy.md, up to the next heading. */
function section(heading: string): string {
  const page = readFileSync(fileURLToPath(new URL('../../docs/how-to/deploy.md', import.meta.url)), 'utf8');
  const start = page.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`the page has no heading "${heading}"`);
  return page.slice(start + heading.length + 2).split(/^##+ /m)[0]!;
}

function blocks(heading: string, language: string): string[] {
  return [...section(heading).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code]) => code!,
  );
}

/** The commands under a heading, one after another. */
export function commandsUnder(heading: string): string[] {
  return blocks(heading, 'sh')
    .join('')
    .split(/(?<!\\)\n/)
    .filter((line) => line.trim() !== '');
}

/** The first file of values under a heading. */
export function valuesUnder(heading: string): string {
  return blocks(heading, 'yaml')[0]!;
}
