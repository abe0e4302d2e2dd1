import { openApiDocument } from '../apps/gateway/dist/openapi/document.js';
import { markdownTable } from './markdown-table.mjs';

/** docs/reference/api-operations.md, from the OpenAPI document that the gateway serves. */
export function apiPage() {
  const { paths, tags = [] } = openApiDocument({ keysRequired: true });
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => operationId !== undefined)
      .map(([method, operation]) => ({ request: `\`${method.toUpperCase()} ${path}\``, ...operation })),
  );
  const sections = [...new Set(operations.map((operation) => operation.tags[0]))].map((tag) => {
    const rows = operations.filter((operation) => operation.tags[0] === tag).map(rowOf);
    const { description } = tags.find(({ name }) => name === tag) ?? {};
    const table = markdownTable([['request', 'does', 'answers', 'errors'], ...rows]);
    return `## ${tag}\n\n${description ? `${description}\n\n` : ''}${table}\n`;
  });
  return `${head}\n${sections.join('\n')}`;
}

function rowOf({ request, summary, responses }) {
  const statuses = Object.keys(responses).filter((status) => /^[23]/.test(status));
  const codes = Object.entries(responses)
    .filter(([status]) => /^[45]/.test(status))
    .flatMap(([, { description = '' }]) => [...description.matchAll(/`([a-z_]+)`:/g)].map(([, code]) => code))
    .filter((code) => !everywhere.includes(code));
  return [request, summary, statuses.join(', '), codes.map((code) => `[${code}](../errors/${code}.md)`).join(', ')];
}

/** What every operation may answer is said once. */
const everywhere = [
  'unauthorized',
  'forbidden',
  'rate_limited',
  'internal_error',
  'queue_unavailable',
  'shutting_down',
];

const head = `# API operations

<!-- Written by \`npm run docs\`; a test fails when it is out of date. -->

These are the operations of the OpenAPI document, which the gateway serves at \`/openapi.json\`. [The HTTP API](api.md) explains them. Beside the listed errors, every operation may answer ${everywhere.map((code) => `[${code}](../errors/${code}.md)`).join(', ')}.
`;
