import { createHash, timingSafeEqual } from 'node:crypto';
import { plainIssue, secretDefault, secretOwn, tenantName } from '@blipq/contracts';
import { StartupError, textOrFile } from '@blipq/service';
import { z } from 'zod';

const entry = z.strictObject({
  /** The tenant. Work belongs to this name, so that a key can be replaced without losing it. */
  name: tenantName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 hash in lower-case hex'),
  rate_limit: z.strictObject({ requests: z.int().min(1), per_s: z.int().min(1).max(86_400) }).optional(),
  /** How much work may wait or run at once. */
  queue_max: z.int().min(0).optional(),
  /** Share of the workers while work of other keys waits too, in proportion to their weights. 10 is the default. */
  weight: z.int().min(1).max(100).optional(),
  /** `weight` has replaced it: work of a low priority could starve. */
  priority: z
    .undefined({ error: 'is not known any more; give a weight of 1 to 100, where more goes first' })
    .optional(),
  /** Name of the secret with which the notifier signs this caller's webhooks, instead of one of the caller's own. */
  webhook_secret: z.string().min(1).max(64).optional(),
  /** A disabled key is known, and refused with 403 instead of 401. */
  disabled: z.boolean().optional(),
});

/** One caller's key. The secret itself is not kept, only its hash. */
export interface ApiKey {
  name: string;
  rateLimit?: { requests: number; perS: number };
  queueMax?: number;
  /** 1 to 100. */
  weight?: number;
  webhookSecret?: string;
  disabled: boolean;
}

/** The keys that callers may use. Without any, everyone may call. */
export class ApiKeys {
  readonly #keys: { hash: Buffer; key: ApiKey }[];

  private constructor(keys: { hash: Buffer; key: ApiKey }[]) {
    this.#keys = keys;
  }

  /** @throws StartupError naming the entry and field that is wrong */
  static parse(json: string, source: string): ApiKeys {
    const parsed = z.array(entry).safeParse(readJsonBody(json, source), { error: plainIssue });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new StartupError(`${source}: ${issue!.path.join('.') || 'the list'}: ${issue!.message}`);
    }
    if (parsed.data.length === 0) {
      throw new StartupError(`${source}: the list has no key; without the setting everybody may call`);
    }
    const twice = parsed.data.find(({ sha256 }, i) => parsed.data.findIndex((one) => one.sha256 === sha256) !== i);
    if (twice) throw new StartupError(`${source}: the key of ${twice.name} is in the list twice`);
    return new ApiKeys(
      parsed.data.map(({ name, sha256, rate_limit, queue_max, weight, webhook_secret, disabled = false }) => ({
        hash: Buffer.from(sha256, 'hex'),
        key: {
          name,
          disabled,
          ...(rate_limit && { rateLimit: { requests: rate_limit.requests, perS: rate_limit.per_s } }),
          ...(queue_max !== undefined && { queueMax: queue_max }),
          ...(weight !== undefined && { weight }),
          ...(webhook_secret !== undefined && { webhookSecret: webhook_secret }),
        },
      })),
    );
  }

  /** From a text, or from a file, or else no keys. @throws StartupError */
  static load(json: string | undefined, file: string | undefined): ApiKeys {
    const given = textOrFile('BLIPQ_API_KEYS', json, file);
    return given === undefined ? new ApiKeys([]) : ApiKeys.parse(given.text, given.source);
  }

  /** Whether callers need a key at all. */
  get required(): boolean {
    return this.#keys.length > 0;
  }

  get all(): readonly ApiKey[] {
    return this.#keys.map(({ key }) => key);
  }

  /** The key with this name; one that is not disabled, where several have it. */
  named(name: string): ApiKey | undefined {
    const all = this.all.filter((key) => key.name === name);
    return all.find(({ disabled }) => !disabled) ?? all[0];
  }

  /** The key with this secret. Takes as long for a wrong secret as for a right one. */
  find(secret: string): ApiKey | undefined {
    const hash = hashOf(secret);
    let found: ApiKey | undefined;
    for (const one of this.#keys) if (timingSafeEqual(one.hash, hash)) found = one.key;
    return found;
  }
}

/** The name of what signs the webhooks of a caller with this key, or of any caller where there are no keys. */
export function secretNameOf(key: ApiKey | undefined): string {
  return key === undefined ? secretDefault : (key.webhookSecret ?? secretOwn);
}

/** A key's secret as it is stored. Secrets are long and random, so a plain hash cannot be reversed by guessing. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function readJsonBody(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's message would quote the text, which is secret.
    throw new StartupError(`${source} is not JSON; it takes a list of keys, as docs/reference/api.md describes it`);
  }
}
