import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { after, anyText, cutPage, cutPageById, pagedBy, pagedById } from './paging.ts';

const query = z.strictObject(pagedById('con'));

describe('a cursor', () => {
  it('comes back as it was', () => {
    const part = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(decodeCursor(encodeCursor(parts))).toEqual(JSON.parse(JSON.stringify(parts)));
      }),
    );
  });

  it('that is mangled is refused, not taken for the first page', () => {
    for (const cursor of ['garbage', '', 'W10', encodeCursor(['x']).slice(1), btoa('{}'), btoa('[null]'), '%%%']) {
      expect([cursor, query.safeParse({ cursor }).success]).toEqual([cursor, false]);
    }
    expect(query.safeParse({ cursor: encodeCursor(['con_1']) }).success).toBe(true);
  });

  it('of another list is refused: what a page begins at has the types that the list is sorted by', () => {
    const by = z.strictObject(pagedBy('number', anyText('z')));
    for (const parts of [['z'], [1], ['z', 1], [1, 'z', 'z']]) {
      expect([parts, by.safeParse({ cursor: encodeCursor(parts) }).success]).toEqual([parts, false]);
    }
    expect(by.safeParse({ cursor: encodeCursor([1, 'z']) }).success).toBe(true);
    expect(query.safeParse({ cursor: encodeCursor(['bkg_1']) }).success).toBe(false);
  });
});

describe('a list', () => {
  it('is whole when read page by page, whatever the size of a page', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (keys, limit) => {
        const rows = keys.sort((a, b) => a - b).map((key) => ({ key }));
        const read: number[] = [];
        let cursor: string | null | undefined;
        do {
          const [last] = after<[number]>({ cursor: cursor ?? undefined }) ?? [Number.NEGATIVE_INFINITY];
          const found = rows.filter(({ key }) => key > last).slice(0, limit + 1);
          const page = cutPage(
            found,
            limit,
            ({ key }) => key,
            ({ key }) => [key],
          );
          expect(page.items.length).toBeLessThanOrEqual(limit);
          read.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor);
        expect(read).toEqual(rows.map(({ key }) => key));
      }),
    );
  });

  it('by id goes on behind the last id of the page', () => {
    const page = cutPageById([{ id: 'b' }, { id: 'a' }], 1, ({ id }) => id);
    expect([page.items, decodeCursor(page.nextCursor!)]).toEqual([['b'], ['b']]);
  });
});
