import { program } from '../apps/cli/dist/program.js';
import { markdownTable } from './markdown-table.mjs';

/** docs/reference/cli-options.md, from the commands and options that the program takes. */
export function cliPage() {
  const sections = commandsOf(program('', {}, {}), '').map(({ name, command }) => {
    const usage = `\`\`\`text\n${name} ${command.usage()}\n\`\`\``;
    const rows = command.options.map(({ flags, description: said, argChoices, defaultValue }) => {
      const description = said.replace('.; ', '; ');
      return [
        `\`${flags.replaceAll('|', '\\|')}\``,
        (argChoices ? `${description}: ${argChoices.join(', ')}` : description).replaceAll('|', '\\|'),
        defaultValue === undefined || defaultValue === false ? '' : `\`${defaultValue}\``,
      ];
    });
    const table = rows.length > 0 ? `\n\n${markdownTable([['option', 'meaning', 'default'], ...rows])}` : '';
    return `## ${name}\n\n${sentence(command.description())}\n\n${usage}${table}\n`;
  });
  return `${head}\n${sections.join('\n')}`;
}

/** The commands that do something, each with its whole name. */
function commandsOf(command, before) {
  const name = `${before}${command.name()}`;
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((one) => commandsOf(one, `${name} `));
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

const head = `# Options of the command

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

[The command](cli.md) explains \`blipq\`. These are all of its commands with their options; \`--help\` prints the same.
`;
