/**
 * What was said of a container and what of it is in force. Statements are kept for ever; which of them count at an instant
 * follows from when each was said and received alone, never from the order in which they were stored.
 */
import type { JourneyEvent } from './event.ts';

/** One time that something was said. */
export interface Saying {
  /** The source's own id of it, or null. */
  id: string | null;
  /** When it was said, ms; null where the source does not tell. */
  createdAt: number | null;
  receivedAt: number;
  /** Its place in the order of what its connection delivered: delivery first, then item. */
  order: number;
}

/** What was said, with each time that it was. */
export interface Statement {
  /** Names the content: equal for equal words of one source. */
  key: string;
  event: JourneyEvent;
  /** None for what only snapshots hold. */
  sayings: Saying[];
}

/** All that a connection had to say of the container at one time; what it lacks is withdrawn. */
export interface Snapshot {
  connectionId: string;
  receivedAt: number;
  /** The number of the delivery in its connection. */
  receipt: number;
  /** Statements in the connection's order. */
  rows: [key: string, id: string | null, createdAt: number | null][];
}

/** Everything that is kept of a container's journeys. */
export interface JourneyLog {
  statements: readonly Statement[];
  snapshots: readonly Snapshot[];
}

/** A statement that counts, with when it was said last. */
export interface Standing {
  key: string;
  event: JourneyEvent;
  saidAt: number;
  order: number;
}

/** The place of an item in its connection's order. Deliveries hold fewer items than the factor. */
const orderOf = (receipt: number, index: number): number => receipt * 8_192 + index;

/**
 * Orders words from old to new: by when they were said, then by their connection's own order. Orders of two connections have
 * nothing to do with each other: between these the name decides, so that it is always the same.
 */
export function bySaid(a: Standing, b: Standing): number {
  return a.saidAt - b.saidAt || compare(wayOf(a), wayOf(b)) || a.order - b.order || compare(a.key, b.key);
}

/** By which way a word came: its connection, or where that is not known its carrier. */
const wayOf = ({ event }: Standing): string => event.connectionId ?? event.carrierId;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What counts of a log, as it was known at an instant: what had been received by then. */
export function inForce({ statements, snapshots }: JourneyLog, asOf = Number.POSITIVE_INFINITY): Standing[] {
  const byKey = new Map(statements.map((statement) => [statement.key, statement]));
  const words = [...lastSnapshots(snapshots, asOf)].flatMap((snapshot) => wordsOf(snapshot, byKey));
  for (const { key, event, sayings } of statements) {
    for (const { id, createdAt, receivedAt, order } of sayings) {
      if (receivedAt <= asOf) words.push({ key, event, id, saidAt: createdAt ?? receivedAt, order });
    }
  }
  return withoutRetractions(newestUnderEachId(words));
}

type Word = Standing & { id: string | null };

/** The last snapshot of each connection by an instant. */
function lastSnapshots(snapshots: readonly Snapshot[], asOf: number): Iterable<Snapshot> {
  const last = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    if (snapshot.receivedAt > asOf) continue;
    const known = last.get(snapshot.connectionId);
    if (!known || snapshot.receipt > known.receipt) last.set(snapshot.connectionId, snapshot);
  }
  return last.values();
}

function wordsOf({ rows, receipt, receivedAt }: Snapshot, byKey: ReadonlyMap<string, Statement>): Word[] {
  return rows.flatMap(([key, id, createdAt], index) => {
    const statement = byKey.get(key);
    if (!statement) return [];
    return [{ key, event: statement.event, id, saidAt: createdAt ?? receivedAt, order: orderOf(receipt, index) }];
  });
}

/** Whose word it is. A carrier's ids are its own by whichever connection they come. */
const sourceOf = ({ role, carrierId }: JourneyEvent): string => `${role ?? 'carrier'}|${carrierId}`;

/**
 * Of what a source says under one id only the newest stands (DCSA's override); an id that is used for another kind of
 * event is another id. What has no id stands by itself. What stands several times counts once, as it was said last.
 */
function newestUnderEachId(words: readonly Word[]): Word[] {
  const newest = new Map<string, Word>();
  for (const word of words) {
    const { event, id, key } = word;
    const name = `${sourceOf(event)}|${id === null ? key : `${id}|${event.family}|${event.code}`}`;
    const known = newest.get(name);
    if (!known || bySaid(known, word) < 0) newest.set(name, word);
  }
  const standing = new Map<string, Word>();
  for (const word of newest.values()) {
    const known = standing.get(word.key);
    if (!known || bySaid(known, word) < 0) standing.set(word.key, word);
  }
  return [...standing.values()];
}

/**
 * Takes out what is taken back: a retraction that is the newest under its id leaves nothing of it; one without an id takes
 * back the same content as far as it was said before.
 */
function withoutRetractions(words: readonly Word[]): Standing[] {
  const back = words.filter(({ event, id }) => event.retracted && id === null);
  const contentOf = ({ event }: Word): string => {
    const { family, code, classifier, at, location, documentReference } = event;
    const place = location?.unLocationCode ?? location?.facilityCode ?? '';
    return [sourceOf(event), family, code, classifier, at, place, documentReference ?? ''].join('|');
  };
  const takenBack = new Map<string, Word>();
  for (const word of back) {
    const known = takenBack.get(contentOf(word));
    if (!known || bySaid(known, word) < 0) takenBack.set(contentOf(word), word);
  }
  return words
    .filter((word) => {
      if (word.event.retracted) return false;
      const by = takenBack.size > 0 ? takenBack.get(contentOf(word)) : undefined;
      return !by || bySaid(word, by) > 0;
    })
    .map(({ key, event, saidAt, order }) => ({ key, event, saidAt, order }));
}
