import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority that no machine knows, and a certificate of its own for servers at `name`. Needs `openssl`. */
export class OwnAuthority {
  /** The name that the certificate is for; it is good for no other. */
  readonly name: string;
  readonly #dir = mkdtempSync(join(tmpdir(), 'blipq-own-authority-'));

  /** @param name this machine's address or a name for it */
  constructor(name: '127.0.0.1' | 'localhost' = '127.0.0.1') {
    this.name = name;
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: this.#dir, stdio: 'pipe' });
    const fresh = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2'];
    openssl(...fresh, '-subj', '/CN=our authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key'];
    const names = ['-addext', `subjectAltName=${name === 'localhost' ? 'DNS' : 'IP'}:${name}`];
    openssl(...fresh, ...signed, ...names, '-subj', '/CN=server', '-keyout', 'server.key', '-out', 'server.crt');
  }

  /** The file that NODE_EXTRA_CA_CERTS names. */
  get file(): string {
    return join(this.#dir, 'ca.crt');
  }

  /** The file with the certificate for `name`. */
  get certificate(): string {
    return join(this.#dir, 'server.crt');
  }

  /** The file with that certificate's key. */
  get key(): string {
    return join(this.#dir, 'server.key');
  }

  /** For a client that trusts it. Certificates are for one name, and tests connect to addresses. */
  get tls(): { ca: Buffer; servername?: string } {
    return { ca: readFileSync(this.file), ...(this.name === 'localhost' && { servername: this.name }) };
  }

  /** Of a server that takes TLS only, and speaks it with its replicas, its cluster and the servers it watches. */
  settings(port: number): Record<string, string> {
    const files = { 'tls-ca-cert-file': this.file, 'tls-cert-file': this.certificate, 'tls-key-file': this.key };
    const everywhere = { 'tls-auth-clients': 'no', 'tls-replication': 'yes', 'tls-cluster': 'yes' };
    return { port: '0', 'tls-port': String(port), ...files, ...everywhere };
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
