import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** One request that the Hub or its file store got. */
export interface Seen {
  readonly host: 'hub' | 'store';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** Bytes of the body that were sent. */
  sent: number;
}

/** What goes wrong with one answer; taken from the front of `troubles` by the first request that `matches`. */
export interface Trouble {
  matches(path: string): boolean;
  /** An answer instead of the right one. */
  status?: number;
  headers?: Record<string, string>;
  /** The connection is cut after that many bytes of the body. */
  cutAfter?: number;
  /** Nothing follows after that many bytes, and the connection stays open. */
  silentAfter?: number;
  /** These bytes instead of the file's. */
  bytes?: Buffer;
}

export interface HubRepo {
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly commit: string;
  /** Sizes that the listing claims instead of the true ones. */
  readonly claimedSizes?: ReadonlyMap<string, number>;
  readonly access?: 'public' | 'gated' | 'private';
}

interface RightAnswer {
  status: number;
  headers?: Record<string, string>;
  json?: object;
  file?: Buffer;
}

/** What is stored outside git on the Hub. */
const large = /\.(safetensors|bin|msgpack|h5)$/;

/**
 * A server that speaks the Hub's routes, and a second one on another origin to which it redirects for large files, as
 * the Hub does. Listens on 127.0.0.1.
 */
export class HubServer {
  readonly seen: Seen[] = [];
  readonly troubles: Trouble[] = [];
  /** The token that may read private and gated repositories; another is refused. */
  readonly token = 'hf_rightToken';
  readonly #repos = new Map<string, HubRepo>();
  readonly #hub: Server;
  readonly #store: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer('hub', request, response));
    this.#store = createServer((request, response) => this.#answer('store', request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const part of [server.#hub, server.#store]) await once(part.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  /** Publishes files as the newest commit of a model's main branch. */
  publish(
    name: string,
    files: Record<string, Buffer | string>,
    extra: Pick<HubRepo, 'access' | 'claimedSizes'> = {},
  ): HubRepo {
    const content = new Map(Object.entries(files).map(([path, data]) => [path, Buffer.from(data)]));
    const commit = createHash('sha1')
      .update(JSON.stringify(hashesOf(Object.fromEntries(content))))
      .digest('hex');
    const repo = { name, files: content, commit, ...extra };
    this.#repos.set(name, repo);
    return repo;
  }

  /** Requests for a file, by the Hub or its store. */
  requestsFor(file: string): Seen[] {
    return this.seen.filter(({ path }) => path.endsWith(`/${file}`));
  }

  async stop(): Promise<void> {
    for (const part of [this.#hub, this.#store]) {
      if (!part.listening) continue;
      part.closeAllConnections();
      part.close();
      await once(part, 'close');
    }
  }

  #answer(host: Seen['host'], request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
    const { range, authorization } = request.headers;
    const seen = { host, path, range, authorization, sent: 0 };
    this.seen.push(seen);
    const at = this.troubles.findIndex((trouble) => trouble.matches(path));
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1);
    const right = host === 'store' ? this.#storeAnswer(path) : this.#hubAnswer(seen);
    const { status, headers, json, file }: RightAnswer =
      trouble?.status === undefined ? right : { status: trouble.status, headers: trouble.headers ?? {} };
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
    if (file !== undefined) send(seen, trouble?.bytes ?? file, response, trouble);
    else response.writeHead(status).end(json && JSON.stringify(json));
  }

  #storeAnswer(path: string): RightAnswer {
    const [, name, file] = /^\/store\/([^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    return { status: 200, file: this.#repos.get(name!)!.files.get(file!)! };
  }

  #hubAnswer({ path, authorization }: Seen): RightAnswer {
    const [, name, rest] = /^(?:\/api\/models)?\/([^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    const repo = this.#repos.get(name ?? '');
    if (authorization !== undefined && authorization !== `Bearer ${this.token}`) {
      return { status: 401, headers: { 'x-error-message': 'Invalid credentials in Authorization header' } };
    }
    if (repo === undefined || (repo.access === 'private' && authorization === undefined)) {
      return authorization === undefined
        ? { status: 401, headers: { 'x-error-message': 'Invalid username or password.' } }
        : { status: 404, headers: { 'x-error-code': 'RepoNotFound', 'x-error-message': 'Repository not found' } };
    }
    const [, route, revision, file] =
      /^(revision|tree|resolve)\/(main|v1\.0|refs\/pr\/1|[0-9a-f]{40})\/?(.*)$/.exec(rest!) ?? [];
    if (route === undefined || (/^[0-9a-f]{40}$/.test(revision!) && revision !== repo.commit)) {
      return { status: 404, headers: { 'x-error-code': 'RevisionNotFound', 'x-error-message': 'Invalid rev id' } };
    }
    if (route === 'revision') return { status: 200, json: { _id: '1', id: name, sha: repo.commit, lastModified: 0 } };
    if (route === 'tree') return { status: 200, json: listing(repo) };
    if (repo.access === 'gated' && authorization === undefined) {
      return { status: 401, headers: { 'x-error-code': 'GatedRepo', 'x-error-message': 'Access is restricted' } };
    }
    return this.#fileAnswer(repo, file!);
  }

  #fileAnswer({ name, files, commit }: HubRepo, path: string): RightAnswer {
    const file = files.get(path);
    if (file === undefined) return { status: 404, headers: { 'x-error-code': 'EntryNotFound' } };
    const headers = { 'x-repo-commit': commit };
    if (!large.test(path)) return { status: 200, headers: { ...headers, etag: `"${gitSha1(file)}"` }, file };
    const { port } = this.#store.address() as AddressInfo;
    const location = `http://localhost:${port}/store/${name}/${path}`;
    const linked = { 'x-linked-etag': `"${sha256(file)}"`, 'x-linked-size': String(file.length) };
    return { status: 302, headers: { ...headers, ...linked, location } };
  }
}

/** The files of a folder, by name. */
export function filesOf(folder: string): Record<string, Buffer> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

/** Hashes of files by name: comparing megabytes byte by byte takes tests too long. */
export function hashesOf(files: Record<string, Buffer>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)]));
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitSha1(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

function listing({ files, claimedSizes }: HubRepo): object[] {
  return [...files].map(([path, content]) => {
    const size = claimedSizes?.get(path) ?? content.length;
    const lfs = { oid: sha256(content), size, pointerSize: 134 };
    return { type: 'file', path, size, oid: gitSha1(content), ...(large.test(path) && { lfs }) };
  });
}

function send(seen: Seen, content: Buffer, response: ServerResponse, trouble: Trouble | undefined): void {
  const from = Number(/^bytes=(\d+)-/.exec(seen.range ?? '')?.[1] ?? 0);
  const body = content.subarray(from);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': body.length,
    'accept-ranges': 'bytes',
    ...(from > 0 && { 'content-range': range }),
  });
  const limit = trouble?.cutAfter ?? trouble?.silentAfter;
  seen.sent = Math.min(body.length, limit ?? body.length);
  if (limit === undefined) response.end(body);
  else response.write(body.subarray(0, limit), () => trouble?.cutAfter !== undefined && response.socket?.destroy());
}
