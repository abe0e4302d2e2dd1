import { answerFields, captionFields, matchFields } from '@blipq/contracts';
import { inline } from './schema-components.js';

interface Property {
  type?: string;
  description?: string;
  anyOf?: Property[];
  [more: string]: unknown;
}

const fields = { caption: captionFields, answer: answerFields, match: matchFields };
const propertiesOf = (schema: (typeof fields)[keyof typeof fields]) =>
  (inline(schema) as unknown as { properties: Record<string, Property> }).properties;

/** What goes into the query beside an image that is the whole body, by the name it has in the document. */
export const rawImageParameters = Object.fromEntries(
  Object.values(fields)
    .flatMap((schema) => Object.entries(propertiesOf(schema)))
    .map(([name, property]) => [componentName(name), parameterOf(name, property)]),
);

/** The names of those that go with this body. */
export function rawImageParametersOf(body: string | undefined): string[] {
  if (body !== 'caption' && body !== 'answer' && body !== 'match') return [];
  return Object.keys(propertiesOf(fields[body])).map(componentName);
}

function parameterOf(name: string, { description = '', ...schema }: Property) {
  const common = {
    name,
    in: 'query',
    required: false,
    description: `With an image as the body. ${description}`.trim(),
  };
  // A text in a query is never null.
  const [plain] = schema.anyOf?.some(({ type }) => type === 'null') ? schema.anyOf : [schema];
  const { examples: _, ...typed } = plain!;
  if (plain!.type !== 'object') return { ...common, schema: typed };
  // Swagger UI fills in a parameter that is an object, also beside a form, which takes no query.
  return { ...common, description: `${common.description} An object as JSON.`, schema: { type: 'string' } };
}

function componentName(name: string): string {
  return `Image${name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}
