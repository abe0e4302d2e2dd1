import type { Kind } from '@blipq/client';
import type { CardRequest } from './wishes.js';

/** A request as it can be made outside of this page. */
export interface SnippetRequest {
  kind: Kind;
  /** A file's name, or where the server finds the image. */
  image: string;
  isUrl: boolean;
  asked: CardRequest;
  server: string;
  /** Whether the server wants a key; the key itself is never part of what is copied. */
  withKey: boolean;
}

export const snippetNames = ['curl', 'TypeScript', 'CLI'] as const;
export type SnippetName = (typeof snippetNames)[number];

export function snippet(name: SnippetName, request: SnippetRequest): string {
  return { curl: curlCommand, TypeScript: typeScriptProgram, CLI: blipqCommandLine }[name](request);
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In quotes, where curl wants a file's name as it is. */
const curlFile = (name: string) => `image=@"${name.replaceAll(/["\\]/g, '\\$&')}"`;

function curlCommand({ kind, image, isUrl, asked, server, withKey }: SnippetRequest): string {
  const { params, ...rest } = asked;
  const words = ['curl', `-H 'Prefer: wait=60'`, ...(withKey ? ['-H "Authorization: Bearer $BLIPQ_API_KEY"'] : [])];
  if (isUrl) {
    const body = JSON.stringify({ image: { url: image }, ...asked });
    words.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body)}`);
  } else {
    // --form-string: in -F, a text that begins with @ or < would name a file.
    const fields = Object.entries({ ...rest, ...params }).flatMap(([field, value]) =>
      [value].flat().map((one) => `--form-string ${quoted(`${field.replace(/^questions$/, 'question')}=${one}`)}`),
    );
    words.push(...fields, `-F ${quoted(curlFile(image))}`);
  }
  return [...words, quoted(`${server}/v1/${kind}`)].join(' \\\n  ');
}

const calls = {
  captions: { method: 'caption', result: 'caption', print: 'caption.text' },
  answers: { method: 'answer', result: 'answers', print: 'answers' },
  matches: { method: 'match', result: 'matches', print: 'matches' },
} as const;

function typeScriptProgram({ kind, image, isUrl, asked, server, withKey }: SnippetRequest): string {
  const { method, result, print } = calls[kind];
  const key = withKey ? ', apiKey: process.env.BLIPQ_API_KEY' : '';
  const source = isUrl ? JSON.stringify(image) : `await openAsBlob(${JSON.stringify(image)})`;
  const options = Object.keys(asked).length > 0 ? `, ${JSON.stringify(asked, undefined, 2)}` : '';
  return [
    `// npm install @blipq/client`,
    ...(isUrl ? [] : [`import { openAsBlob } from 'node:fs';`]),
    `import { Blipq } from '@blipq/client';`,
    '',
    `const blipq = new Blipq({ server: ${JSON.stringify(server)}${key} });`,
    `const { ${result} } = await blipq.${method}(${source}${options});`,
    `console.log(${print});`,
  ].join('\n');
}

function blipqCommandLine({ image, isUrl, asked, server }: SnippetRequest): string {
  const { model, prompt, match, questions = [], texts = [], params = {} } = asked;
  const option = (name: string, value: unknown) => `--${name.replaceAll('_', '-')} ${quoted(String(value))}`;
  const words = [
    `npx blipq caption ${quoted(isUrl || !image.startsWith('-') ? image : `./${image}`)}`,
    option('server', server),
    ...(model ? [option('model', model)] : []),
    ...(prompt ? [option('prompt', prompt)] : []),
    ...(match ? ['--confidence'] : []),
    ...questions.map((question) => option('question', question)),
    ...texts.map((text) => option('match', text)),
    ...Object.entries(params).flatMap(([name, value]) => [value].flat().map((one) => option(name, one))),
  ];
  return words.join(' \\\n  ');
}
