import { secretDefault, secretOwn } from '@blipq/contracts';
import { StartupError, textOrFile } from '@blipq/service';
import { z } from 'zod';
import { keyOf, secretOf } from './secret.js';

const secretsByName = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));

/** As the settings of those names hold them. */
export interface SecretSettings {
  BLIPQ_WEBHOOK_SECRET?: string | undefined;
  BLIPQ_WEBHOOK_SECRETS?: string | undefined;
  BLIPQ_WEBHOOK_SECRETS_FILE?: string | undefined;
}

/** The secrets that sign, by name, and those of each tenant. There are those that are valid now, the newest first. */
export class SigningSecrets {
  readonly #byName: ReadonlyMap<string, readonly string[]>;

  constructor(byName: ReadonlyMap<string, readonly string[]>) {
    this.#byName = byName;
  }

  /** @throws StartupError that names the setting and the secret's name, never the secret */
  static load(settings: SecretSettings): SigningSecrets {
    const byName = new Map<string, readonly string[]>();
    const { BLIPQ_WEBHOOK_SECRET: one, BLIPQ_WEBHOOK_SECRETS: many, BLIPQ_WEBHOOK_SECRETS_FILE: file } = settings;
    const named = textOrFile('BLIPQ_WEBHOOK_SECRETS', many, file);
    // A `default` among those by name goes before it: standalone always gives this one.
    if (one !== undefined) add(byName, secretDefault, one.split(/[\s,]+/), 'BLIPQ_WEBHOOK_SECRET');
    if (named !== undefined) addAll(byName, named.text, named.source);
    return new SigningSecrets(byName);
  }

  /** Whether there is none at all. */
  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /**
   * What signs the webhooks of a tenant; none when there is no secret of this name.
   *
   * @param name of a secret; `secretOwn` for the tenant's own, which come from those of the name `default`, one of each
   */
  valid(name: string, tenant: string): readonly string[] {
    if (name !== secretOwn) return this.#byName.get(name) ?? [];
    return this.valid(secretDefault, tenant).map((secret) => secretOf(tenant, secret));
  }
}

function addAll(byName: Map<string, readonly string[]>, json: string, source: string): void {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message would quote the text.
    throw new StartupError(
      `${source} is not JSON; it takes an object of secrets, as docs/reference/webhooks.md describes it`,
    );
  }
  const parsed = secretsByName.safeParse(value);
  if (!parsed.success) throw new StartupError(`${source} takes an object: a name for each secret or list of secrets`);
  for (const [name, secrets] of Object.entries(parsed.data)) add(byName, name, [secrets].flat(), source);
}

function add(byName: Map<string, readonly string[]>, name: string, secrets: string[], source: string): void {
  for (const secret of secrets) {
    try {
      keyOf(secret);
    } catch (error) {
      throw new StartupError(`${source}: ${name}: ${(error as Error).message}`);
    }
  }
  byName.set(name, secrets);
}
