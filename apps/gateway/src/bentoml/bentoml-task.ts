import { BlipqError, type CaptionId, type CaptionResource, type CaptionState, captionId } from '@blipq/contracts';

/** Crockford's base 32, the digits of a ULID. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** BentoML's form of a caption's id: the 128 bits of its ULID as 32 hex digits. */
export function taskIdOf(id: CaptionId): string {
  let bits = 0n;
  for (const digit of id.slice('cap_'.length)) bits = (bits << 5n) | BigInt(digits.indexOf(digit));
  return bits.toString(16).padStart(32, '0');
}

/** The caption behind a task id, or undefined when it is no task id and so belongs to none. */
export function captionIdOf(taskId: string): CaptionId | undefined {
  if (!/^[0-9a-f]{32}$/.test(taskId)) return undefined;
  let bits = BigInt(`0x${taskId}`);
  let ulid = '';
  for (let i = 0; i < 26; i++, bits >>= 5n) ulid = digits[Number(bits & 31n)] + ulid;
  return captionId.parse(`cap_${ulid}`);
}

type Words = Record<CaptionState, string>;

/** BentoML has no word for a caption that nobody came for in time: to its clients it failed. */
const words: Words = {
  queued: 'pending',
  processing: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'failed',
};

/** Before 1.4.14. Those clients raise ValueError on any other word. */
const earlierWords: Words = {
  queued: 'in_progress',
  processing: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  canceled: 'cancelled',
  expired: 'failure',
};

/** A task's status in the words that the caller knows: those of its version if it is BentoML's client, else today's. */
export function taskStatus(state: CaptionState, userAgent = ''): string {
  const version = /^BentoML HTTP Client\/(\d+)\.(\d+)\.(\d+)/.exec(userAgent)?.slice(1).map(Number);
  return (version !== undefined && isBefore(version, [1, 4, 14]) ? earlierWords : words)[state];
}

function isBefore(version: number[], other: number[]): boolean {
  const differs = version.findIndex((part, i) => part !== other[i]);
  return differs !== -1 && version[differs]! < other[differs]!;
}

/** What `/generate/status` answers. `executed_at` is null until a worker has started on it. */
export function taskResource({ id, state, created_at, started_at }: CaptionResource, userAgent?: string) {
  return {
    task_id: taskIdOf(id),
    status: taskStatus(state, userAgent),
    created_at: isoFormat(created_at),
    executed_at: started_at === null ? null : isoFormat(started_at),
  };
}

/** Python before 3.11 reads an offset but no `Z`. */
function isoFormat(time: string): string {
  return time.replace(/Z$/, '+00:00');
}

/** The text of a caption that has ended. @throws BlipqError with the code it failed with */
export function captionText({ state, caption, error }: CaptionResource): string {
  if (caption !== null) return caption.text;
  throw new BlipqError(error?.code ?? 'inference_error', error?.detail ?? `The caption was ${state}.`);
}
