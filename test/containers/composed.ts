import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { freePort } from '../../packages/test-servers/src/free-port.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Variables of the programs, which the tests' environment must not set for them. */
const own = /^(BLIPQ|HF|OTEL|COMPOSE|VALKEY|NODE_OPTIONS|VITEST)/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));

/** Prints each request's headers and body as a line of JSON. */
const receiver = `require('node:http').createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => {
    console.log(JSON.stringify({ headers: request.headers, body }));
    response.writeHead(204).end();
  });
}).listen(8080)`;

/** What `docker inspect` says of a container, as far as it is read here. */
export interface Container {
  Name: string;
  RestartCount: number;
  State: { Status: string; ExitCode: number; OOMKilled: boolean; Health?: { Status: string } };
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; Memory: number; LogConfig: { Type: string } };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
}

/** docker-compose.yml with the bundled model and a receiver of webhooks, as a project of its own on a Docker engine. */
export class Composed {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  readonly settings: Record<string, string>;
  readonly #project = `blipq-test-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'blipq-compose-'));
  readonly #port: number;

  private constructor(port: number, profiles: string[]) {
    this.#port = port;
    const inside = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16';
    this.settings = {
      BLIPQ_TAG: this.#project,
      BLIPQ_PORT: String(port),
      BLIPQ_MODEL: '/demo',
      BLIPQ_WORKER_MEMORY: '2g',
      VALKEY_PASSWORD: randomBytes(24).toString('hex'),
      BLIPQ_WEBHOOK_SECRET: this.secret,
      BLIPQ_WEBHOOK_HTTP: '1',
      BLIPQ_WEBHOOK_PORTS: '8080',
      BLIPQ_WEBHOOK_ALLOW: inside,
      COMPOSE_PROFILES: ['receiver', ...profiles].join(','),
    };
  }

  static async prepare(profiles: string[], further: Record<string, string> = {}): Promise<Composed> {
    const composed = new Composed(await freePort(), profiles);
    Object.assign(composed.settings, further);
    composed.#write();
    return composed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  #write(): void {
    const lines = Object.entries(this.settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.#folder, '.env'), lines.join(''));
    const model = { volumes: [`${join(root, 'models/demo')}:/demo:ro`] };
    const services = {
      worker: model,
      model,
      receiver: {
        profiles: ['receiver'],
        image: `blipq-gateway:${this.#project}`,
        command: ['node', '-e', receiver],
        networks: ['edge'],
        healthcheck: { disable: true },
        init: true,
      },
    };
    writeFileSync(join(this.#folder, 'override.yml'), stringify({ services }));
  }

  /** Runs a command of `docker compose`, and returns what it prints. */
  async compose(...args: string[]): Promise<string> {
    const files = [join(root, 'docker-compose.yml'), join(this.#folder, 'override.yml')].flatMap((file) => [
      '-f',
      file,
    ]);
    const where = ['compose', '-p', this.#project, '--env-file', join(this.#folder, '.env'), ...files];
    return await docker(...where, ...args);
  }

  /** Runs a program in a service's container. */
  async exec(service: string, ...command: string[]): Promise<string> {
    return await this.compose('exec', '-T', service, ...command);
  }

  async inspect(service: string): Promise<Container> {
    const id = (await this.compose('ps', '--all', '--quiet', service)).trim();
    return JSON.parse(await docker('inspect', id))[0];
  }

  /** The messages that the receiver has got so far. */
  async messages(): Promise<{ headers: Record<string, string>; body: string }[]> {
    const { Name } = await this.inspect('receiver');
    const log = await docker('logs', Name.slice(1));
    return log.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  }

  /** Ends a service's program as a crash would: nothing can be caught, and the engine has to start it again. */
  async crash(service: string): Promise<void> {
    const script = `for (const id of require('node:fs').readdirSync('/proc'))
      if (/^[0-9]+$/.test(id)) try {
        const [, parent] = require('node:fs').readFileSync('/proc/' + id + '/stat', 'utf8').split(') ')[1].split(' ');
        if (parent === '1') process.kill(Number(id), 'SIGKILL');
      } catch {}`;
    await this.exec(service, 'node', '-e', script).catch(() => {});
  }

  /** What of the project there still is: containers, networks and volumes. */
  async remains(): Promise<string[]> {
    const filter = ['--filter', `label=com.docker.compose.project=${this.#project}`, '--quiet'];
    const kinds = [
      ['ps', '--all'],
      ['network', 'ls'],
      ['volume', 'ls'],
    ];
    const found = await Promise.all(kinds.map((kind) => docker(...kind, ...filter)));
    return found.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  }

  async remove(): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--timeout', '1').catch(() => {});
    const images = ['gateway', 'notifier', 'worker-cpu'].map((name) => `blipq-${name}:${this.#project}`);
    await docker('image', 'rm', ...images).catch(() => {});
    rmSync(this.#folder, { recursive: true });
  }
}

/** Runs `docker`, and returns what it prints. */
export async function docker(...args: string[]): Promise<string> {
  const options = { cwd: root, env: environment, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)('docker', args, options)).stdout;
}
