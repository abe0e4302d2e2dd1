import { Random } from '@blipq/test-servers';

/** A JSON schema as far as the fuzzer follows it. */
export interface Schema {
  $ref?: string;
  type?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
}

const oddTexts = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    'null',
    '{}',
    '[]',
    'undefined',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '%00',
    '\u0000',
  ],
  ...[
    '\ud800',
    '😀',
    'ÿ',
    '日本',
    '<script>',
    "' OR 1=1",
    'data:,',
    'data:image/png;base64,',
    'https://',
    'file:///etc',
  ],
  ...['https://127.0.0.1/', 'https://[::1]:443/x', 'cap_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'bat_01ARZ3NDEKTSV4RRFFQ69G5FAV'],
];
const oddValues: unknown[] = [null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], { a: { b: [1] } }];

/** Values from a seed: the same seed makes the same values on every machine. */
export class RandomValues extends Random {
  readonly #resolve: (ref: string) => Schema;

  constructor(seed: number, resolve: (ref: string) => Schema) {
    super(seed);
    this.#resolve = resolve;
  }

  /** A text that is odd, or long, or nothing much. */
  text(): string {
    if (this.chance(0.5)) return this.pick(oddTexts);
    if (this.chance(0.1)) return 'x'.repeat(Math.floor(this.next() * 40_000));
    return Array.from({ length: Math.floor(this.next() * 12) }, () =>
      String.fromCodePoint(32 + Math.floor(this.next() * 600)),
    ).join('');
  }

  /** A value that mostly fits the schema, and is now and then something else at some depth. */
  value(schema: Schema, depth = 0): unknown {
    if (this.chance(0.06)) return this.chance(0.5) ? this.text() : this.pick(oddValues);
    if (schema.$ref !== undefined) return this.value(this.#resolve(schema.$ref), depth);
    if (schema.anyOf !== undefined) return this.value(this.pick(schema.anyOf), depth);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.pick(schema.enum);
    switch (schema.type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return Array.from({ length: Math.floor(this.next() * 4) }, () => this.value(schema.items ?? {}, depth + 1));
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.chance(0.5);
      case 'null':
        return null;
      default:
        return this.text();
    }
  }

  #object({ properties = {}, required = [], additionalProperties }: Schema, depth: number): object {
    const names = Object.keys(properties).filter((name) => this.chance(required.includes(name) ? 0.95 : 0.4));
    const entries = names.map((name): [string, unknown] => [name, this.value(properties[name]!, depth + 1)]);
    const free = typeof additionalProperties === 'object' ? additionalProperties : undefined;
    if (free) for (let i = 0; i < 3; i++) entries.push([this.text().slice(0, 70), this.value(free, depth + 1)]);
    else if (this.chance(0.05)) entries.push([this.text().slice(0, 70), this.pick(oddValues)]);
    return Object.fromEntries(entries);
  }

  #number({ type, minimum = -10, maximum = 100 }: Schema): number {
    const [low, high] = [Math.max(minimum, -1e6), Math.min(maximum, 200)];
    const value = this.chance(0.2)
      ? this.pick([minimum, maximum, minimum - 1, maximum + 1])
      : low + this.next() * (high - low);
    return type === 'integer' && this.chance(0.95) ? Math.round(value) : value;
  }
}
