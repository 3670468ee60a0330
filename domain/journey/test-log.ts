/** Logs for tests of the truth: deliveries of connections, taken in as a container's object does. */
import { contentKey, type JourneyEvent } from './event.ts';
import type { JourneyLog, Saying, Snapshot } from './log.ts';

/** The number of the container. */
export const NUMBER = 'CSQU3054383';
export const HOUR = 3_600_000;

/** An event; what is left out is that of an actual loading at Shanghai, said when it happened. */
export function event(over: Partial<JourneyEvent> = {}): JourneyEvent {
  const at = over.at ?? 0;
  return {
    v: 1,
    kind: 'journey',
    container: NUMBER,
    family: 'EQUIPMENT',
    code: 'LOAD',
    classifier: 'ACT',
    at,
    atText: '',
    zoneSource: 'stated',
    createdAt: at,
    carrierId: 'car_1',
    connectionId: 'con_1',
    location: { unLocationCode: 'CNSHA' },
    ...over,
  };
}

/** A delivery as it was received. */
export interface Delivery {
  receivedAt: number;
  events: JourneyEvent[];
  history?: 'full';
}

/** The log of deliveries; each connection's are in the order of the list. */
export function logOf(deliveries: readonly Delivery[]): JourneyLog {
  const statements = new Map<string, { key: string; event: JourneyEvent; sayings: Saying[] }>();
  const snapshots: Snapshot[] = [];
  for (const [i, { receivedAt, events, history }] of deliveries.entries()) {
    const rows: Snapshot['rows'] = [];
    for (const [index, said] of events.entries()) {
      const key = contentKey(said);
      const statement = statements.get(key) ?? { key, event: said, sayings: [] };
      statements.set(key, statement);
      const { carrierEventId: id = null, createdAt } = said;
      if (history) rows.push([key, id, createdAt]);
      else statement.sayings.push({ id, createdAt, receivedAt, order: i * 8_192 + index });
    }
    if (history) snapshots.push({ connectionId: events[0]!.connectionId!, receivedAt, receipt: i, rows });
  }
  return { statements: [...statements.values()], snapshots };
}
