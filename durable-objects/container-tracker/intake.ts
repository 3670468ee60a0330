/** What of the positions that come in is news: inside the transaction, with what became of each in `outcomes`. */
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { byTime, type PointTuple, toTuple } from '../../domain/positions/chunk.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import { KnownPoints } from './known-points.ts';
import type { ObjectRow, TrackerStorage } from './storage.ts';

/** Positions that are news, by time. */
export function newPoints(
  storage: TrackerStorage,
  row: ObjectRow,
  events: TrackedEvent[],
  outcomes: Outcome[],
): PointTuple[] {
  const fresh: PointTuple[] = [];
  const lastAt = row.memory.state.position?.at ?? Number.NEGATIVE_INFINITY;
  const known = new KnownPoints(storage, row.openPoints);
  for (const event of events) {
    if (event.kind !== 'position') continue;
    const point = toTuple(event);
    // Only a point no newer than the newest can be stored already: the usual one skips the search.
    const verdict = known.compare(point, event.at <= lastAt);
    if (verdict === 'new') fresh.push(point);
    outcomes.push([event.origin, verdict === 'duplicate' ? 'duplicate' : 'applied']);
  }
  return fresh.sort(byTime);
}
