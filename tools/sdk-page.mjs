import { readFileSync } from 'node:fs';

const dist = new URL('../packages/client/dist/', import.meta.url);

/** docs/reference/sdk-types.md, from the declarations that the package is published with. */
export function sdkPage() {
  const index = readFileSync(new URL('index.d.ts', dist), 'utf8');
  const modules = [...index.matchAll(/from '\.\/([\w-]+)\.js'/g)].map(([, name]) => name);
  const sections = modules.map((name) => `## ${name}\n\n\`\`\`ts\n${declarationsOf(name)}\n\`\`\`\n`);
  return `${head}\n${sections.join('\n')}`;
}

/** A module's declarations without imports, private members and what is only for other modules. */
function declarationsOf(name) {
  return readFileSync(new URL(`${name}.d.ts`, dist), 'utf8')
    .replaceAll(/^(import .*|export \{\};|\/\/# .*)\n/gm, '')
    .replaceAll(/^ +(#private;|private .*)\n/gm, '')
    .trim();
}

const head = `# Types of the SDK

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

[The TypeScript SDK](sdk.md) explains \`@blipq/client\`. These are the declarations of its exports; the types of requests and answers are in \`packages/client/src/gen/api.ts\`.
`;
