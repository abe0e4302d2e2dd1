import { captionOptions, parseFields, requestedParams } from '@blipq/contracts';
import { Option } from 'commander';
import { z } from 'zod';

/** As much of a JSON Schema as options are made of. */
interface Schema {
  type?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
}

type Properties = Record<string, Schema>;
const propertiesOf = (schema: z.ZodType) =>
  (z.toJSONSchema(schema, { io: 'input' }) as { properties: Properties }).properties;
const params = propertiesOf(requestedParams);
/** Beside `params`; those that have an option of their own in the command are left out. */
const others = propertiesOf(captionOptions.omit({ prompt: true, model: true, params: true, match: true }));
const properties = { ...params, ...others };

/** One option for each parameter of the API, made from the schema that the server validates with. */
export function parameterOptions(): Option[] {
  return Object.entries(properties).map(([name, schema]) => {
    const option = new Option(`--${name.replaceAll('_', '-')} ${placeholder(schema)}`, descriptionOf(schema));
    if (schema.type === 'array') return option.argParser((text: string, before: string[] = []) => [...before, text]);
    return option.argParser(schema.type === 'object' ? jsonOf : spelledValue);
  });
}

/** The part of a request that these options say, from the values of all options, whose names are in camel case. */
export function parametersIn(values: Record<string, unknown>): { params: object } & Record<string, unknown> {
  const of = (names: Properties) =>
    Object.fromEntries(
      Object.keys(names)
        .map((name) => [name, values[camelCase(name)]] as const)
        .filter(([, value]) => value !== undefined),
    );
  return { ...of(others), params: of(params) };
}

/** What is wrong with them, in words for the command line; undefined when nothing is. */
export function parametersTrouble({ params, ...rest }: ReturnType<typeof parametersIn>): string | undefined {
  try {
    parseFields(requestedParams, params);
    parseFields(captionOptions, rest);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^\w+/, (name) => `--${name.replaceAll('_', '-')}`);
  }
}

function descriptionOf(schema: Schema): string {
  return [schema.description, kindOf(schema)].filter(Boolean).join('; ');
}

function kindOf(schema: Schema): string {
  if (schema.anyOf) return alternatives(schema).join(', ');
  const kind =
    schema.type === 'integer' ? 'a whole number' : schema.type === 'number' ? 'a number' : `a ${schema.type}`;
  return kind + bounds(schema);
}

function placeholder(schema: Schema): string {
  if (schema.type === 'boolean') return '[true|false]';
  if (schema.type === 'integer' || schema.type === 'number') return '<n>';
  if (schema.anyOf) return `<${alternatives(schema).join('|')}>`;
  return schema.type === 'object' ? '<json>' : '<text>';
}

function alternatives({ anyOf = [] }: Schema): string[] {
  return anyOf.flatMap((one) => {
    if (one.const !== undefined) return [String(one.const)];
    if (one.enum) return one.enum.map(String);
    return one.type === 'boolean' ? ['true', 'false'] : [`<${one.type}>`];
  });
}

/** JSON Schema bounds whole numbers that have no bound of their own by what a double can count to. */
function bounds({ minimum = -Infinity, maximum = Infinity }: Schema): string {
  const [low, high] = [minimum > Number.MIN_SAFE_INTEGER, maximum < Number.MAX_SAFE_INTEGER];
  if (low && high) return ` from ${minimum} to ${maximum}`;
  return low ? ` of at least ${minimum}` : high ? ` of at most ${maximum}` : '';
}

function spelledValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const camelCase = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
