/** What of the positions that come in is news: inside the transaction, with what became of each in `outcomes`. */
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { byTime, type PointTuple, toTuple } from '../../domain/positions/chunk.ts';
import { isSampled, type Logger } from '../../platform/log.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import { KnownPoints } from './known-points.ts';
import type { ObjectRow, TrackerStorage } from './storage.ts';

/** Events of one container that have come in together. */
export interface Intake {
  tenantId: string;
  number: string;
  /** Of the deliveries that they came with. */
  correlationIds: string[];
  events: TrackedEvent[];
}

/** Logs what became of an intake, if one of its deliveries is among those that are logged; `seq` is the container's then. */
export function logIngest(
  log: Logger,
  sample: string | undefined,
  { tenantId, number: container, correlationIds, events }: Intake,
  outcomes: Outcome[],
  seq: number,
): void {
  if (!correlationIds.some((id) => isSampled(id, sample))) return;
  const applied = outcomes.filter(([, outcome]) => outcome === 'applied').length;
  log('info', 'container.ingested', { tenantId, container, correlationIds, events: events.length, applied, seq });
}

/** Positions that are news, by time. */
export function newPoints(
  storage: TrackerStorage,
  row: ObjectRow,
  events: TrackedEvent[],
  outcomes: Outcome[],
): PointTuple[] {
  const fresh: PointTuple[] = [];
  const lastAt = newestAt(row);
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

/** The instant of the newest point that is stored, believed or not: no newer one can be stored already. */
function newestAt({ memory, openPoints }: ObjectRow): number {
  const { trust, readings, state } = memory;
  const known = [trust.last?.at, trust.suspect?.at, readings.at(-1)?.at, state.position?.at];
  return Math.max(Number.NEGATIVE_INFINITY, ...known.map((at) => at ?? -1), ...openPoints.map(([at]) => at));
}
