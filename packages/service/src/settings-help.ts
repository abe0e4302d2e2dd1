import type { z } from 'zod';
import { describeSetting } from './describe-setting.js';

/** Where the terminal's lines end. */
const WIDTH = 100;

/** Prints a program's settings and ends it, where `--help` or `-h` is among its arguments. */
export function helpOnRequest(summary: string, schema: z.ZodObject): void {
  if (!process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return;
  process.stdout.write(`${summary}\n\nSettings, all by environment variable:\n\n${settingsHelp(schema)}`);
  process.exit(0);
}

/** A program's settings as text for a terminal. Those that it only passes on have no purpose and come last, by name. */
export function settingsHelp(schema: z.ZodObject): string {
  const settings = Object.entries(schema.shape);
  const passedOn = settings.filter(([, type]) => describeSetting(type).purpose === '').map(([name]) => name);
  const own = settings.filter(([name]) => !passedOn.includes(name));
  const sections = own.map(([name, type]) => [`  ${name}`, ...indented(explanation(type))]);
  if (passedOn.length > 0) {
    const names = `${passedOn.join(', ')}. docs/reference/settings.md describes them.`;
    sections.push(['  Passed on to the process that reads them:', ...indented(names)]);
  }
  return sections.map((lines) => `${lines.join('\n')}\n`).join('');
}

function explanation(type: z.core.$ZodType): string {
  const { purpose, takes, initial, required } = describeSetting(type);
  const unset = required ? ' Required.' : initial ? ` Default: ${initial}.` : '';
  return `${plain(purpose)}. Takes ${takes}.${unset}`;
}

/** Markdown without its marks: links by their text. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

/** The text in lines that fit beside six spaces. */
function indented(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length > WIDTH - 7) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.filter((line) => line !== '').map((line) => `      ${line}`);
}
