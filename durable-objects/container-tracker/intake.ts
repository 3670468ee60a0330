/** What of the events that come in is news: inside the transaction, with what became of each in `outcomes`. */
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { byTime, type PointTuple, toTuple } from '../../domain/positions/chunk.ts';
import { JOURNEY_EVENTS_MAX } from '../../platform/limits.ts';
import { KnownPoints } from './known-points.ts';
import type { ObjectRow, TrackerStorage } from './storage.ts';

/** What became of an event. */
export type Outcome = [origin: number, outcome: 'applied' | 'duplicate'];

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

/** Stores journey events that are news; returns how many are new and whether the log has changed. */
export function newJourneyEvents(
  storage: TrackerStorage,
  row: ObjectRow,
  events: TrackedEvent[],
  outcomes: Outcome[],
): { added: number; changed: boolean } {
  let added = 0;
  let changed = false;
  for (const event of events) {
    if (event.kind !== 'journey') continue;
    const known = storage.knownEvent(event.key);
    const newer = known !== null && event.createdAt > known.createdAt;
    if (known === null) {
      if (row.memory.state.eventCount + added >= JOURNEY_EVENTS_MAX) {
        throw new Error(`container ${event.container} has reached ${JOURNEY_EVENTS_MAX} journey events`);
      }
      added++;
    }
    if (known === null || newer) {
      storage.putEvent(event);
      changed = true;
    }
    outcomes.push([event.origin, known === null || newer || known.origin === event.origin ? 'applied' : 'duplicate']);
  }
  return { added, changed };
}
