// npm run lint:prose: the rules of tools/prose-rules.mjs for every document, or for those that are named.
import { documents, readDocument } from './documents.mjs';
import { proseFindings } from './prose-rules.mjs';

/** Reports of runs, in the words of the programs that wrote them. */
const isReport = (path) => path.startsWith('benchmarks/results/');

const named = process.argv.slice(2);
const paths = named.length > 0 ? named : documents().filter((path) => !isReport(path));
const errors = paths.flatMap((path) =>
  proseFindings(readDocument(path)).map(({ line, rule, message }) => `${path}:${line} ${rule}: ${message}`),
);
for (const error of errors) console.error(error);
if (errors.length > 0) process.exitCode = 1;
else console.log(`${paths.length} documents read`);
