import type { Random } from '@blipq/test-servers';
import { type ImageSource, imageSource } from './image-source.js';
import type { Follow } from './planned-request.js';
import type { Profile } from './profiles.js';
import { tenantName } from './tenants.js';

/** One item of a batch. */
export interface PlannedItem {
  /** Index of its scene. */
  scene: number;
  /** Where its image is fetched from; null for one that is sent along. */
  source: ImageSource | null;
  timeoutS: number | null;
  follow: Follow;
  cancelAfterMs: number | null;
}

/** What one request to `/v1/batches` sends, and what comes after it. */
export interface PlannedBatch {
  /** `<round>.batch-<number>` */
  name: string;
  tenant: string;
  /** Milliseconds after the beginning of its round. */
  afterMs: number;
  /** In a form all items ask the same of the same image. */
  form: 'multipart' | 'json' | 'ndjson';
  key: string | null;
  /** How many send it at once. */
  copies: number;
  /** Its caller hangs up on its first try after so many milliseconds, and repeats it. */
  hangUpMs: number | null;
  /** Index of the receiver that is told of its completion. */
  webhook: number | null;
  items: PlannedItem[];
}

const itemsMax = 8;
/** Of a batch of nothing but URLs: more than one host is asked for at once. */
const urlsMax = 16;

export function plannedBatch(name: string, profile: Profile, scenes: number, random: Random): PlannedBatch {
  const form = random.pick(['multipart', 'json', 'json', 'ndjson', 'ndjson'] as const);
  const key = random.chance(0.7) ? `chaos-${random.base32(16)}` : null;
  const scene = random.whole(0, scenes - 1);
  const urlShare = form === 'multipart' ? 0 : random.pick([0.5, 1]);
  const timeoutS = random.chance(0.1) ? random.pick([1, 60]) : null;
  return {
    ...{ name, form, key },
    tenant: tenantName(random.whole(0, profile.tenants - 1)),
    afterMs: random.whole(0, profile.spreadMs),
    copies: key !== null && random.chance(0.3) ? random.whole(2, 3) : 1,
    hangUpMs: key !== null && random.chance(0.3) ? random.whole(0, 300) : null,
    webhook: random.chance(0.7) ? random.whole(0, profile.receivers - 1) : null,
    items: Array.from({ length: random.whole(2, urlShare === 1 ? urlsMax : itemsMax) }, () => ({
      scene: form === 'multipart' ? scene : random.whole(0, scenes - 1),
      source: random.chance(urlShare) ? imageSource(random) : null,
      timeoutS,
      follow: random.pick(['poll', 'wait', 'events'] as const),
      cancelAfterMs: random.chance(0.1) ? random.whole(0, 200) : null,
    })),
  };
}
