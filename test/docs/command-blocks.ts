import type { Code, RootContent } from 'mdast';
import { visit } from 'unist-util-visit';
import { documents, readDocument } from '../../tools/documents.mjs';

/**
 * A block of commands in a document. The comment above it says what tests it:
 *
 * - `<!-- run -->`: test/cli/readme.test.ts does, against a running BlipQ; every command must succeed. Blocks of a page run in one shell.
 * - `<!-- run by test/… -->`: that test, which reads the document.
 * - `<!-- not run: … -->`: nothing, for this reason.
 */
export interface CommandBlock {
  path: string;
  line: number;
  commands: string;
  mark: string;
}

export const commandBlocks: CommandBlock[] = documents().flatMap((path) => {
  const found: CommandBlock[] = [];
  visit(readDocument(path).tree, 'code', (code: Code, index, parent) => {
    if (!/^(sh|bash|shell|console)$/.test(code.lang ?? '')) return;
    const before = parent?.children[(index ?? 0) - 1] as RootContent | undefined;
    const mark = before?.type === 'html' ? /^<!--\s*(.*?)\s*-->$/s.exec(before.value)?.[1] : undefined;
    found.push({ path, line: code.position!.start.line, commands: code.value, mark: mark ?? '' });
  });
  return found;
});
