import { BlipqError, publicTenant, type Task, taskNames, type WorkResource, type WorkState } from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { resourceOf } from '../records/record.js';
import { asking } from '../redis/redis-client.js';
import { listRecords } from './scripts/list-records.js';

export interface ListOptions {
  /** Default `captioning`: captions. */
  task?: Task;
  tenant?: string;
  state?: WorkState;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** 1 to 100. Default 20. */
  limit?: number;
}

export interface WorkPage<R = WorkResource> {
  object: 'list';
  data: R[];
  next_cursor: string | null;
}

/** A page of a tenant's captions, newest first. @throws BlipqError `invalid_params` for a cursor that is not ours */
export async function listWork(target: ScriptTarget, options: ListOptions): Promise<WorkPage> {
  const { task = 'captioning', tenant = publicTenant, state, cursor, limit = 20 } = options;
  const { idPrefix } = taskNames[task];
  const [from_ms, behind_id] = cursor === undefined ? ['+inf'] : positionOf(cursor, idPrefix);
  const listing = { kind: idPrefix, tenant, state, from_ms, behind_id, limit };
  const { records, cursor: next } = await asking(() => listRecords(target, listing));
  const data = records.map(({ id, fields }) => resourceOf(id, fields));
  return { object: 'list', data, next_cursor: next === '' ? null : Buffer.from(next).toString('base64url') };
}

/** A cursor is `<created_ms> <id>`. */
function positionOf(cursor: string, idPrefix: string): [createdMs: string, id: string] {
  const position = Buffer.from(cursor, 'base64url').toString().split(' ');
  const [time = '', id = ''] = position;
  const isOne =
    position.length === 2 && /^\d{1,15}$/.test(time) && id.startsWith(`${idPrefix}_`) && /^\w{30}$/.test(id);
  if (isOne) return [time, id];
  const message = 'is not a cursor; give next_cursor of the page before as it is';
  throw new BlipqError('invalid_params', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
}
