// npm run lint:prose: the rules of tools/prose-rules.mjs for every document, or for those that are named. Pages in
// tools/prose-not-yet.txt do not pass yet; a page that passes leaves the list, and none is added.
import { readFileSync } from 'node:fs';
import { documents, readDocument } from './documents.mjs';
import { proseFindings } from './prose-rules.mjs';

const list = 'tools/prose-not-yet.txt';
const notYet = readFileSync(new URL('prose-not-yet.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);
/** Reports of runs, in the words of the programs that wrote them. */
const isReport = (path) => path.startsWith('benchmarks/results/');

const named = process.argv.slice(2);
const paths = named.length > 0 ? named : documents().filter((path) => !isReport(path));
const errors = [];
for (const path of paths) {
  const findings = proseFindings(readDocument(path)).map(
    ({ line, rule, message }) => `${path}:${line} ${rule}: ${message}`,
  );
  if (named.length > 0 || !notYet.includes(path)) errors.push(...findings);
  else if (findings.length === 0) errors.push(`${path} passes: take it out of ${list}`);
}
if (named.length === 0) {
  const gone = notYet.filter((path) => !paths.includes(path));
  errors.push(...gone.map((path) => `${path} is no document: take it out of ${list}`));
}
for (const error of errors) console.error(error);
if (errors.length > 0) process.exitCode = 1;
else console.log(`${paths.length} documents read`);
