import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDocument } from '../../tools/documents.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a contributor wants to do; each has a short list of steps that name files. */
const chores = [
  'Set up',
  'Run one test',
  'Debug a worker',
  'Add an error code',
  'Add a parameter',
  'Add a script that runs inside Redis',
  'Make a release',
];

/** The files that each section of CONTRIBUTING.md names: in links, and as paths in code. */
function filesBySection(): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let files: string[] = [];
  for (const node of readDocument('CONTRIBUTING.md').tree.children) {
    if (node.type === 'heading') {
      files = [];
      sections.set(textOf(node), files);
    }
    visit(node, ['link', 'inlineCode'], (one) => {
      if (one.type === 'link' && !/^[a-z]+:/.test(one.url)) files.push(one.url.replace(/#.*/, ''));
      if (one.type === 'inlineCode') files.push(...(one.value.match(/(?<![\w@/-])[\w.-]+(\/[\w.-]+)+/g) ?? []));
    });
  }
  return sections;
}

test('CONTRIBUTING.md leads through each chore by a list that names files', () => {
  const sections = filesBySection();
  for (const chore of chores) expect(sections.get(chore)?.length, chore).toBeGreaterThan(0);
});

test('every file that CONTRIBUTING.md names exists', () => {
  const named = [...filesBySection().values()].flat().filter((path) => !/^(application|text)\//.test(path));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every issue form is what GitHub takes: a name, a description and inputs, each with a label', () => {
  const folder = join(root, '.github/ISSUE_TEMPLATE');
  const forms = readdirSync(folder).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(0);
  for (const form of forms) {
    const { name, description, body } = parse(readFileSync(join(folder, form), 'utf8'));
    expect([typeof name, typeof description]).toEqual(['string', 'string']);
    const inputs = body.filter(({ type }: { type: string }) => type !== 'markdown');
    const ids = inputs.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(inputs.length);
    for (const { attributes } of inputs) expect(attributes.label).toEqual(expect.any(String));
  }
});
