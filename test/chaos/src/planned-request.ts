import type { Random } from '@blipq/test-servers';
import type { Profile } from './profiles.js';
import { namesOf, type Scene } from './scene.js';
import { tenantName } from './tenants.js';

/** How a caller learns how it ended. */
export type Follow = 'poll' | 'wait' | 'events';

/** What makes two requests the same one: nothing, a key, or the id of the caption itself. */
export type Identity = { kind: 'none' } | { kind: 'key'; key: string } | { kind: 'put'; id: string };

export interface PlannedRequest {
  /** `<round>.<number>` */
  name: string;
  tenant: string;
  /** Milliseconds after the beginning of its round. */
  afterMs: number;
  /** Index of its scene. */
  scene: number;
  form: 'multipart' | 'json' | 'raw';
  identity: Identity;
  /** How many send it at once. */
  copies: number;
  timeoutS: number | null;
  /** Index of the receiver that is told. */
  webhook: number | null;
  follow: Follow;
  /** Submits with `Prefer: wait` of this many seconds. */
  preferS: number | null;
  cancelAfterMs: number | null;
  /** Whether a caption that was canceled is tried again. */
  retry: boolean;
  /** Whether it is deleted once it has ended. */
  remove: boolean;
}

export function plannedRequest(
  name: string,
  { spreadMs, tenants, receivers, scenes: sceneCount }: Profile,
  scenes: readonly Scene[],
  random: Random,
): PlannedRequest {
  const scene = random.whole(0, Math.min(sceneCount, scenes.length) - 1);
  const identity = identityOf(namesOf(scenes[scene]!.kind).idPrefix, random);
  const cancels = random.chance(0.15);
  const timed = random.chance(0.15);
  return {
    name,
    tenant: tenantName(random.whole(0, tenants - 1)),
    // A third comes at once, as one batch of a caller's would.
    afterMs: random.chance(0.33) ? 0 : random.whole(0, spreadMs),
    scene,
    form: random.pick(['multipart', 'multipart', 'json', 'raw']),
    identity,
    copies: identity.kind !== 'none' && random.chance(0.3) ? random.whole(2, 5) : 1,
    timeoutS: timed ? random.pick([1, 5, 60, 120]) : null,
    webhook: random.chance(0.6) ? random.whole(0, receivers - 1) : null,
    follow: random.pick(['poll', 'wait', 'wait', 'events']),
    preferS: random.chance(0.2) ? random.whole(1, 5) : null,
    // A caption takes some 50 ms when nothing is in its way.
    cancelAfterMs: cancels ? random.pick([0, random.whole(0, 60), random.whole(0, 60), random.whole(0, 600)]) : null,
    retry: cancels && random.chance(0.5),
    remove: random.chance(0.03),
  };
}

/** Most clients can repeat what they send; some cannot, and do it all the same. */
function identityOf(prefix: string, random: Random): Identity {
  const kind = random.pick(['none', 'key', 'key', 'key', 'put'] as const);
  if (kind === 'key') return { kind, key: `chaos-${random.base32(16)}` };
  if (kind === 'put') return { kind, id: `${prefix}_0${random.base32(25)}` };
  return { kind };
}
