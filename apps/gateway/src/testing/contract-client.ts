import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from '../openapi/document.js';

interface OperationObject {
  operationId: string;
  responses: Record<string, { headers?: object; content?: Record<string, unknown> }>;
}

export interface Checked {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers that were validated against the document.
  json: any;
  text: string;
}

/** Headers that the document lets an answer have without naming them operation by operation. */
const documentedHeaders = [
  ...['etag', 'location', 'preference-applied', 'idempotency-replayed', 'ratelimit', 'ratelimit-policy', 'retry-after'],
];

/** Calls a gateway and refuses every answer that its own OpenAPI document does not describe. */
export class ContractClient {
  /** `operationId status`, of every answer so far. */
  readonly seen = new Set<string>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #document: OpenApiDocument;
  readonly #base: string;
  readonly #headers: Record<string, string>;

  private constructor(base: string, document: OpenApiDocument, headers: Record<string, string>) {
    this.#base = base;
    this.#document = document;
    this.#headers = headers;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'openapi.json');
  }

  static async of(base: string, headers: Record<string, string> = {}): Promise<ContractClient> {
    return new ContractClient(base, (await (await fetch(`${base}/openapi.json`)).json()) as OpenApiDocument, headers);
  }

  /** `operationId status` of every success that the document describes for these operations and no answer so far had. */
  unseenSuccesses(operations: RegExp): string[] {
    return Object.values(this.#document.paths)
      .flatMap((methods) => Object.values(methods) as OperationObject[])
      .filter(({ operationId }) => operations.test(operationId))
      .flatMap(({ operationId, responses }) => Object.keys(responses).map((status) => `${operationId} ${status}`))
      .filter((answer) => / [23]\d\d$/.test(answer) && !this.seen.has(answer));
  }

  /** @throws Error that says how the answer differs from the document */
  async call(method: string, path: string, init: RequestInit = {}): Promise<Checked> {
    const headers = { ...this.#headers, ...(init.headers as Record<string, string>) };
    const response = await fetch(this.#base + path, { redirect: 'manual', ...init, method, headers });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const json = /[/+]json\b/.test(type) && text !== '' ? JSON.parse(text) : undefined;
    const checked = { status: response.status, headers: response.headers, json, text };
    this.#check(method, path, checked);
    return checked;
  }

  /** Checks an answer that came in another way, if the document has its method and path. @throws Error as `call` does */
  checkIfDescribed(method: string, path: string, checked: Checked): void {
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    if (method === method.toUpperCase() && this.#document.paths[this.#templateOf(path)]?.[verb] !== undefined) {
      this.#check(method, path, checked);
    }
  }

  #check(method: string, path: string, { status, headers, json, text }: Checked): void {
    const template = this.#templateOf(path);
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = this.#document.paths[template]?.[verb] as OperationObject | undefined;
    const answer = `${method} ${template} ${status}`;
    const documented = status in (operation?.responses ?? {}) ? String(status) : `${Math.trunc(status / 100)}XX`;
    const described = operation?.responses[documented];
    if (operation === undefined || described === undefined) throw new Error(`${answer} is not documented: ${text}`);
    this.seen.add(`${operation.operationId} ${status}`);
    for (const name of documentedHeaders) {
      const names = Object.keys(described.headers ?? {}).map((one) => one.toLowerCase());
      if (headers.has(name) && !names.includes(name)) throw new Error(`${answer} has an undocumented ${name}`);
    }
    const medias = Object.keys(described.content ?? {});
    if (medias.length === 0 || method === 'HEAD') {
      if (text !== '') throw new Error(`${answer} has a body: ${text}`);
      return;
    }
    const media = medias.find((one) => headers.get('content-type')?.startsWith(one));
    if (media === undefined) throw new Error(`${answer} is not ${medias.join(' or ')}`);
    if (json === undefined) return;
    const validate = this.#validator(template, verb, documented, media);
    if (!validate(json)) throw new Error(`${answer}: ${this.#ajv.errorsText(validate.errors)}\n${text}`);
  }

  #templateOf(path: string): string {
    const { pathname } = new URL(path, 'http://x');
    const templates = Object.keys(this.#document.paths);
    const matches = templates.filter((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname));
    return matches[0] ?? pathname;
  }

  #validator(template: string, verb: string, status: string, media: string): ValidateFunction {
    const steps = ['paths', template, verb, 'responses', status, 'content', media, 'schema'];
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const $ref = `openapi.json#/${pointer}`;
    return this.#ajv.getSchema($ref) ?? this.#ajv.compile({ $ref });
  }
}
