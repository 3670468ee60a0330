/** What every service method does first: check the actor, and page by id. */
import type { Actor } from '../contracts/actor.ts';
import { allows, type Permission } from '../contracts/permissions.ts';
import { type Failure, fail, type Page } from '../contracts/result.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Null when the actor may, else the failure to answer with. */
export function refuse(actor: Actor, permission: Permission): Failure | null {
  return allows(actor, permission) ? null : fail('forbidden', `This needs the permission ${permission}`);
}

/** The answer for an object that is absent or another tenant's: the two must look the same. */
export function notFound(what: string): Failure {
  return fail('not_found', `There is no such ${what}`);
}

/** The id after which a page starts. Lists are newest first, so a page goes on below the cursor. */
export function beforeId(cursor: string | undefined): string {
  const [id] = decodeCursor(cursor) ?? [];
  return typeof id === 'string' ? id : '\uffff';
}

/** Cuts a page from one row more than was asked for. */
export function pageById<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  show: (row: Row) => Item,
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(show), nextCursor: rows.length > limit && last ? encodeCursor([last.id]) : null };
}
