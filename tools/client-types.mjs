// The TypeScript types of packages/client, made from the OpenAPI document that the gateway serves.
import { createRequire } from 'node:module';
import { openApiDocument } from '../apps/gateway/dist/openapi/document.js';

// openapi-typescript needs the TypeScript that lies beside it.
const load = createRequire(new URL('../test/generated-clients/package.json', import.meta.url));

/** The text of packages/client/src/gen/api.ts. */
export async function clientTypes() {
  const { default: openapiTS, astToString } = load('openapi-typescript');
  const ts = load('typescript');
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const types = await openapiTS(openApiDocument({ keysRequired: true }), {
    alphabetize: true,
    // A file is whatever fetch sends as one.
    transform: (schema) => (schema.format === 'binary' ? blob : undefined),
  });
  return `// Made from the OpenAPI document by npm run docs.\n\n${astToString(types)}`;
}
