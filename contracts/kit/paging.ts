/** Lists: every one is paged by an opaque cursor. */
import { z } from 'zod';
import { type CursorParts, decodeCursor, encodeCursor } from './cursor.ts';
import { PAGE_DEFAULT, PAGE_MAX } from './limits.ts';
import type { Page } from './result.ts';

/** What a part of a cursor may be: a number, or a text of a pattern; with an example. */
type PartKind = 'number' | { pattern: RegExp; example: string };

/** The parameters of a list that is sorted by parts of these kinds; a cursor that cannot be of this list is refused. */
export const pagedBy = (...kinds: PartKind[]) => ({
  cursor: z
    .string()
    .max(500)
    .refine((text) => isOf(decodeCursor(text), kinds), 'is not a cursor of this list')
    .optional()
    .meta({
      description: 'The `nextCursor` of the page before; the first page without it',
      examples: [encodeCursor(kinds.map((kind) => (kind === 'number' ? 1_767_225_600_000 : kind.example)))],
    }),
  limit: z
    .int()
    .min(1)
    .max(PAGE_MAX)
    .default(PAGE_DEFAULT)
    .meta({ description: 'Items of the page at most', examples: [50] }),
});

const isOf = (parts: CursorParts | null, kinds: readonly PartKind[]): boolean =>
  parts?.length === kinds.length &&
  parts.every((part, i) => {
    const kind = kinds[i]!;
    return kind === 'number' ? typeof part === 'number' : typeof part === 'string' && kind.pattern.test(part);
  });

/** The parameters of a list by id; `prefix` is what its ids begin with. */
export const pagedById = (prefix: string) =>
  pagedBy({ pattern: new RegExp(`^${prefix}_[0-9a-z]{1,40}$`), example: `${prefix}_01kb2h5m8q3v6x9y2z4a7c0d5e` });

/** A part of a cursor that may be any text. */
export const anyText = (example: string): PartKind => ({ pattern: /^/, example });

/** Parameters of a list, as a handler has them. */
export interface Paging {
  cursor?: string | undefined;
  limit: number;
}

/** The schema of a page of items; `name` is that of the item in the API description. */
export function pageOf<T extends z.ZodType>(name: string, item: T) {
  return z
    .strictObject({
      items: z.array(item).meta({ description: 'The items of this page' }),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'Where the next page begins; null on the last page', examples: [null] }),
    })
    .meta({ id: `${name}Page`, description: `A page of a list of ${name}` });
}

/** Where a page begins: the position of the last row before it, as `cutPage` wrote it; null for the first page. */
export function after<P extends CursorParts>({ cursor }: Pick<Paging, 'cursor'>): P | null {
  return cursor === undefined ? null : (decodeCursor(cursor) as P | null);
}

/** The id after which a page starts. Lists by id are newest first, so a page goes on below the cursor. */
export function beforeId(paging: Pick<Paging, 'cursor'>): string {
  const [id] = after<[string]>(paging) ?? [];
  return typeof id === 'string' ? id : '\uffff';
}

/** Cuts a page from one row more than was asked for; `position` is what the list is sorted by. */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  position: (row: Row) => CursorParts,
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > kept.length && last !== undefined;
  return { items: kept.map(toItem), nextCursor: more ? encodeCursor(position(last)) : null };
}

/** Cuts a page of a list by id. */
export function cutPageById<Row extends { id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  return cutPage(rows, limit, toItem, ({ id }) => [id]);
}
