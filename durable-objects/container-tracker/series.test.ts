import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { downsample, type PointTuple, toPosition } from '../../domain/positions/chunk.ts';
import { storageOn } from '../testing/sqlite.ts';
import { readSeries } from './series.ts';
import { TrackerStorage } from './storage.ts';
import { positionToApi } from './to-api.ts';

const START = Date.UTC(2026, 5, 28);
const HOUR = 3_600_000;
const pointAt = (at: number, origin: number): PointTuple => [at, 100_000 + origin, 200_000, null, null, null, origin];

/** A container's points as they came in, batch by batch. */
function stored(batches: readonly PointTuple[][]) {
  const database = new DatabaseSync(':memory:');
  const storage = new TrackerStorage(storageOn(database));
  let open = { openMonth: '', openPoints: [] as PointTuple[] };
  for (const points of batches) open = storage.appendPoints(open, { points, confirmed: null });
  const chunks = () => Number(database.prepare('SELECT count(*) AS n FROM position_chunks').get()!.n);
  return { storage, open, chunks };
}

/** Instants as a device reports them: forward by minutes, now and then from before, over several chunks. */
const instants = fc
  .array(fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 20 }) }, fc.integer({ min: -200, max: 0 })), {
    minLength: 600,
    maxLength: 1_000,
  })
  .map((steps) => {
    let minute = 0;
    return steps.map((step) => {
      minute += step > 0 ? step : 0;
      return START + Math.max(0, step > 0 ? minute : minute + step) * 60_000;
    });
  });

it('pages of any resolution, read to the end, are the series thinned at once', () => {
  fc.assert(
    fc.property(
      instants,
      fc.constantFrom(0, 600, 3_600, 86_400),
      fc.integer({ min: 1, max: 40 }),
      (times, resolutionSeconds, limit) => {
        const points = times.map((at, origin) => pointAt(at, origin));
        const { storage, open, chunks } = stored([points]);
        expect(chunks()).toBeGreaterThan(1);
        const all = points.toSorted((a, b) => a[0] - b[0] || a[6] - b[6]);
        const read: unknown[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = readSeries(storage, open.openPoints, { resolutionSeconds, limit, cursor }, 20);
          read.push(...page.items);
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        expect(read).toEqual(downsample(all, resolutionSeconds).map((point) => positionToApi(toPosition(point))));
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

it('late points of a month that is over do not close the open chunk', () => {
  const july = Date.UTC(2026, 6, 2);
  const batches = Array.from({ length: 100 }, (_, n) => [
    pointAt(july + n * HOUR, 2 * n),
    pointAt(START + n * 60_000, 2 * n + 1),
  ]);
  const { open, chunks, storage } = stored([[pointAt(july - HOUR, 999)], ...batches]);
  expect(open.openPoints).toHaveLength(101);
  expect(chunks()).toBe(1);
  // Nor does each make a chunk of its own once the first is full.
  const more = Array.from({ length: 600 }, (_, n) => [pointAt(START - HOUR - n * 60_000, 3_000 + n)]);
  const full = stored([...batches, [pointAt(july + 200 * HOUR, 2_999)], ...more]);
  expect(full.chunks()).toBeLessThanOrEqual(4);
  const page = readSeries(storage, open.openPoints, { resolutionSeconds: 0, limit: 500 });
  expect(page.items).toHaveLength(201);
});
