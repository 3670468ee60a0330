/**
 * The archive of a container: journeys that have ended and are followed by others. Their statements take no part in the fold
 * for an event, so that it costs in the fiftieth journey what it cost in the first.
 */
import { CARRIED } from './journeys.ts';
import type { JourneyLog, Statement } from './log.ts';
import { inForce } from './log.ts';
import { milestoneOf } from './milestone.ts';
import { located, placesOf } from './places.ts';
import { type Archived, foldLive, type Journey, type KnownJourney } from './truth.ts';

/** The archive of a container. */
export interface Archive extends Archived {
  /** Nothing in it happened at this instant, ms, or later; nothing else before it. */
  until: number;
  journeys: number;
  statements: number;
}

/** Journeys that stay outside: the present one, and the one before, for which words still come. */
export const KEPT = 2;

/**
 * The archive to which the journeys join that have ended before the last two, with the keys of their statements. Null when
 * there are none, and when they are not apart from those that stay: by time, by booking, and by the ids of their sources.
 * `journeys` is the fold of the log, beside the archive before.
 */
export function archiveOf(
  number: string,
  log: JourneyLog,
  registered: readonly KnownJourney[],
  journeys: readonly Journey[],
  before: Archive | null,
): { archive: Archive; keys: Set<string> } | null {
  const old = journeys.slice(0, -KEPT);
  const live = journeys.slice(-KEPT);
  const endedAt = old.at(-1)?.endedAt ?? null;
  if (endedAt === null) return null;
  const standing = new Set(live.flatMap(({ keys }) => keys));
  const instants = log.statements.flatMap(({ key, event }) => (standing.has(key) ? [event.at] : []));
  const until = Math.min(...instants, ...live.map(({ beganAt }) => beganAt ?? Number.POSITIVE_INFINITY));
  const [past, present] = [
    log.statements.filter(({ key, event }) => !standing.has(key) && event.at < until),
    log.statements.filter(({ key, event }) => standing.has(key) || event.at >= until),
  ];
  const own = namesOf(past, log);
  const bookings = new Set([...(before?.bookings ?? []), ...own.bookings, ...bookingsOf(old, registered)]);
  // A first registration reaches over what came before it: only behind it is what follows told apart without it.
  const ids = new Set(old.map(({ id }) => id));
  const known = registered.filter(({ id }) => ids.has(id));
  const isNamed = before !== null || known.length > 0 || old.some(({ booking }) => booking !== null);
  const isBegun = known.every(({ beganAt }) => beganAt <= endedAt);
  // A box that was carried on behind the return that ended its journey would end the next one, too.
  const isCarriedOn = past.some((statement) => isCarried(statement) && statement.event.at > endedAt);
  const isApart = isNamed && isBegun && !isCarriedOn && areApart(own, namesOf(present, log), bookings);
  const keys = new Set(past.map(({ key }) => key));
  if (!isApart || old.some((journey) => journey.keys.some((key) => !keys.has(key)))) return null;
  const archive: Archive = {
    until,
    endedAt,
    journeys: (before?.journeys ?? 0) + old.length,
    statements: (before?.statements ?? 0) + past.length,
    unnamed: Math.max(before?.unnamed ?? 0, ...old.map(({ ordinal }) => ordinal ?? 0)),
    bookings: [...bookings],
    registered: [...(before?.registered ?? []), ...old.flatMap(({ id, registered }) => (registered ? [id] : []))],
    places: placesOf(located(inForce({ ...log, statements: past }), before?.places), before?.places),
  };
  const folded = foldLive(number, { ...log, statements: present }, registered, archive);
  return JSON.stringify(folded) === JSON.stringify(live) ? { archive, keys } : null;
}

/** Whether an event may be of a journey in the archive, by its time or its bookings. */
export function mayBeOf({ until, bookings }: Archive, { at, bookings: own = [] }: Statement['event']): boolean {
  return at < until || own.some((number) => bookings.includes(number));
}

interface Names {
  ids: Set<string>;
  bookings: Set<string>;
}

/** The sources' ids and the bookings of statements. */
function namesOf(statements: readonly Statement[], { snapshots }: JourneyLog): Names {
  const keys = new Set(statements.map(({ key }) => key));
  const said = statements.flatMap(({ sayings }) => sayings.map(({ id }) => id));
  const held = snapshots.flatMap(({ rows }) => rows.flatMap(([key, id]) => (keys.has(key) ? [id] : [])));
  return {
    ids: new Set([...said, ...held].filter((id) => id !== null)),
    bookings: new Set(statements.flatMap(({ event }) => event.bookings ?? [])),
  };
}

const areApart = (past: Names, present: Names, bookings: ReadonlySet<string>): boolean =>
  ![...past.ids].some((id) => present.ids.has(id)) && ![...present.bookings].some((number) => bookings.has(number));

function bookingsOf(journeys: readonly Journey[], registered: readonly KnownJourney[]): string[] {
  const ids = new Set(journeys.map(({ id }) => id));
  const said = registered.flatMap(({ id, booking }) => (ids.has(id) && booking !== null ? [booking] : []));
  return [...said, ...journeys.flatMap(({ booking }) => booking ?? [])];
}

const isCarried = ({ event }: Statement): boolean => {
  const code = event.classifier === 'ACT' ? milestoneOf(event) : null;
  return code !== null && CARRIED.has(code);
};
