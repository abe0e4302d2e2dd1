import { BlipqError, type CaptionPage, type CaptionState, captionId, publicTenant } from '@blipq/contracts';
import { listRecords } from './caller-scripts.js';
import { fieldsOf, resourceOf } from './record.js';
import { asking } from './redis.js';
import type { ScriptTarget } from './script.js';

export interface ListOptions {
  tenant?: string;
  state?: CaptionState;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** 1 to 100. Default 20. */
  limit?: number;
}

/** A page of a tenant's captions, newest first. @throws BlipqError `invalid_params` for a cursor that is not ours */
export async function listCaptions(target: ScriptTarget, options: ListOptions): Promise<CaptionPage> {
  const { tenant = publicTenant, state, cursor, limit = 20 } = options;
  const behind = cursor === undefined ? ['+inf', ''] : positionOf(cursor);
  const list = state === undefined ? tenant : `${tenant}:${state}`;
  const reply = (await asking(() => listRecords(target, '', list, ...behind, limit))) as [string, ...unknown[]];
  const [next, ...entries] = reply;
  const data: CaptionPage['data'] = [];
  for (let i = 0; i < entries.length; i += 2) {
    data.push(resourceOf(entries[i] as string, fieldsOf(entries[i + 1] as string[])));
  }
  return { object: 'list', data, next_cursor: next === '' ? null : Buffer.from(next).toString('base64url') };
}

/** A cursor is `<created_ms> <id>`. */
function positionOf(cursor: string): string[] {
  const position = Buffer.from(cursor, 'base64url').toString().split(' ');
  const [time = '', id] = position;
  if (position.length === 2 && /^\d{1,15}$/.test(time) && captionId.safeParse(id).success) return position;
  const message = 'is not a cursor; give next_cursor of the page before as it is';
  throw new BlipqError('invalid_params', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
}
