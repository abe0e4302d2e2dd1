/** Everything that can go wrong between a reference and a folder, and whether trying again later may help. */
const retryableByCode = {
  /** Neither a folder nor `owner/name[@revision]`, or a folder that is not there. */
  reference_invalid: false,
  /** A setting that no Hub can be reached with. */
  settings_invalid: false,
  /** No such model, or a private one: the Hub does not tell which. */
  repo_not_found: false,
  revision_not_found: false,
  /** The licence has to be accepted first. */
  access_gated: false,
  access_denied: false,
  token_invalid: false,
  /** The repository holds no BLIP checkpoint in a form that BlipQ reads. */
  repo_unusable: false,
  /** Offline, and the cache holds no complete copy. */
  offline_missing: false,
  disk_full: false,
  /** The cache folder cannot be written or read. */
  cache_unusable: false,
  /** What came is not what the Hub has. */
  hash_mismatch: false,
  /** An answer that the Hub does not give; perhaps something else answers at that address. */
  answer_invalid: false,
  /** No answer, or it broke off. */
  hub_unreachable: true,
  /** The Hub is there but in trouble, or wants fewer requests. */
  hub_failing: true,
} as const satisfies Record<string, boolean>;

export type HubErrorCode = keyof typeof retryableByCode;

/** A model that could not be fetched. The message is one line and says what to do; no token is ever in it. */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: HubErrorCode;
  /** How long the Hub asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: HubErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether the same call may succeed later without anyone doing anything. */
  get retryable(): boolean {
    return retryableByCode[this.code];
  }
}
