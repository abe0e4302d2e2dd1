import {
  type BatchState,
  type BatchSummary,
  BlipqError,
  publicTenant,
  type Task,
  taskNames,
  type WorkResource,
  type WorkState,
} from '@blipq/contracts';
import type { ScriptTarget } from '../lua/script.js';
import { batchSummaryFields, batchSummaryOf } from '../records/batch-record.js';
import { resourceOf } from '../records/record.js';
import type { HashFields } from '../redis/hash-fields.js';
import { asking } from '../redis/redis-client.js';
import { type Listing, listRecords } from './scripts/list-records.js';

interface PageOptions {
  tenant?: string;
  /** Only what was created after, or before, this time. */
  createdAfter?: Date;
  createdBefore?: Date;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** 1 to 100. Default 20. */
  limit?: number;
}

export interface ListOptions extends PageOptions {
  /** Default `captioning`: captions. */
  task?: Task;
  state?: WorkState;
  /** Only what was submitted with this batch. */
  batchId?: string;
}

export interface BatchListOptions extends PageOptions {
  state?: BatchState;
}

export interface Page<R> {
  object: 'list';
  data: R[];
  next_cursor: string | null;
}
export type WorkPage<R = WorkResource> = Page<R>;

/** A page of a tenant's captions, newest first. @throws BlipqError `invalid_params` for a cursor that is not ours */
export async function listWork(target: ScriptTarget, options: ListOptions): Promise<WorkPage> {
  const { task = 'captioning', state, batchId, ...page } = options;
  const of = { kind: taskNames[task].idPrefix, state, batch_id: batchId };
  return await listed(target, of, page, resourceOf);
}

/** A page of a tenant's batches, newest first, without their items. @throws as `listWork` */
export async function listBatches(target: ScriptTarget, options: BatchListOptions): Promise<Page<BatchSummary>> {
  const { state, ...page } = options;
  return await listed(target, { kind: 'bat', state, names: batchSummaryFields }, page, batchSummaryOf);
}

async function listed<R>(
  target: ScriptTarget,
  of: Pick<Listing, 'kind' | 'state' | 'batch_id' | 'names'>,
  { tenant = publicTenant, createdAfter, createdBefore, cursor, limit = 20 }: PageOptions,
  read: (id: string, fields: HashFields) => R,
): Promise<Page<R>> {
  const before = createdBefore?.getTime();
  const position = cursor === undefined ? undefined : positionOf(cursor, of.kind);
  const from =
    position !== undefined && (before === undefined || Number(position.createdMs) < before)
      ? { from: position.createdMs, behind_id: position.id }
      : { from: before === undefined ? '+inf' : `(${before}` };
  const to = createdAfter === undefined ? '-inf' : `(${createdAfter.getTime()}`;
  const listing = { ...of, ...from, to, tenant, limit };
  const { records, cursor: next } = await asking(() => listRecords(target, listing));
  const data = records.map(({ id, fields }) => read(id, fields));
  return { object: 'list', data, next_cursor: next === '' ? null : Buffer.from(next).toString('base64url') };
}

/** A cursor is `<created_ms> <id>`. */
function positionOf(cursor: string, idPrefix: string): { createdMs: string; id: string } {
  const position = Buffer.from(cursor, 'base64url').toString().split(' ');
  const [createdMs = '', id = ''] = position;
  const isOne =
    position.length === 2 && /^\d{1,15}$/.test(createdMs) && id.startsWith(`${idPrefix}_`) && /^\w{30}$/.test(id);
  if (isOne) return { createdMs, id };
  const message = 'is not a cursor; give next_cursor of the page before as it is';
  throw new BlipqError('invalid_params', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
}
