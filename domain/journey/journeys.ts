/**
 * The journeys of a container. A box has many in its life: one begins with a registration or a booking, or with an empty
 * pick-up, a gate-in or a loading after the one before has ended; it ends with the empty return, or when another begins.
 */
import type { Standing } from './log.ts';
import { BEGINS, type MilestoneCode, milestoneOf } from './milestone.ts';

/** A journey that a tenant has registered. */
export interface RegisteredJourney {
  id: string;
  /** From when on statements are of it at the latest: when it was registered, or is said to begin. */
  beganAt: number;
  /** The carrier's number of its booking. */
  booking: string | null;
}

/** A journey with the statements that belong to it. */
export interface JourneyShare {
  /** The id of a registered journey, or what it began with: `booking/NUMBER`; null for neither. */
  name: string | null;
  registered: boolean;
  booking: string | null;
  /** From when on statements without a booking are of it; the first journey has no beginning. */
  from: number;
  /** When the empty box was returned, or null. */
  endedAt: number | null;
  statements: Standing[];
}

interface Draft {
  name: string | null;
  /** When it was registered; null for journeys that only statements tell of. */
  beganAt: number | null;
  bookings: string[];
  from: number;
  /** The latest actual that names one of its bookings. */
  until: number;
}

/** What the journeys that follow have to know of those before them, which are in the archive. */
export interface Before {
  /** When the last of them ended. */
  endedAt: number;
  bookings: readonly string[];
}

/**
 * Assigns what is in force to journeys, by booking first and then by time. Without registration or statement there is none.
 * Null when something is of a journey in the archive.
 */
export function splitJourneys(
  registered: readonly RegisteredJourney[],
  standing: readonly Standing[],
  before: Before | null = null,
): JourneyShare[] | null {
  const moves = movesOf(standing);
  const ends = [...(before ? [before.endedAt] : []), ...endsOf(moves)];
  const drafts = registered.map(({ id, beganAt, booking }): Draft => {
    const bookings = booking === null ? [] : [booking];
    return { name: id, beganAt, bookings, from: beganAt, until: Number.NEGATIVE_INFINITY };
  });
  // All of the archive is one journey here: it has ended, and nothing of what follows may be its.
  if (before) drafts.push({ ...NOBODYS, name: 'archive', bookings: [...before.bookings] });
  drafts.sort(byBeginning);
  const bookings = bookingsOf(standing);
  for (const named of bookings) addBooking(drafts, named, ends);
  if (hasEarlier(drafts, bookings, ends)) drafts.unshift({ ...NOBODYS, bookings: [] });
  if (drafts.length === 0 && standing.length > 0) {
    drafts.push({ ...NOBODYS, bookings: [] });
  }
  reachBack(drafts, moves, ends);
  splitAtEnds(drafts, moves, ends);
  const [first, ...others] = shares(drafts, standing, ends);
  if (!before) return first ? [first, ...others] : [];
  return first!.statements.length === 0 ? others : null;
}

/** A journey of which nothing is told but what happened in it. */
const NOBODYS = { name: null, beganAt: null, from: Number.NEGATIVE_INFINITY, until: 0 };

/** An actual milestone. */
interface Move {
  code: MilestoneCode;
  at: number;
  /** Whether its journey is told by a booking. */
  isNamed: boolean;
}

function movesOf(standing: readonly Standing[]): Move[] {
  const moves = standing.flatMap(({ event }): Move[] => {
    const code = event.classifier === 'ACT' ? milestoneOf(event) : null;
    return code ? [{ code, at: event.at, isNamed: (event.bookings ?? []).length > 0 }] : [];
  });
  return moves.sort((a, b) => a.at - b.at || (a.code < b.code ? -1 : 1));
}

/** What a box has behind it when its empty return ends a journey: an empty box that comes to a depot first ends nothing. */
export const CARRIED: ReadonlySet<MilestoneCode> = new Set([
  'loaded',
  'departed',
  'arrived',
  'discharged',
  'gate_out',
  'stripped',
]);

/** When journeys ended: at each empty return of a box that had been on its way. */
function endsOf(moves: readonly Move[]): number[] {
  const ends: number[] = [];
  let carried = false;
  for (const { code, at } of moves) {
    if (CARRIED.has(code)) carried = true;
    else if (code === 'empty_returned' && carried) {
      ends.push(at);
      carried = false;
    }
  }
  return ends;
}

interface Booking {
  number: string;
  from: number;
  /** The latest actual that names it. */
  until: number;
}

function bookingsOf(standing: readonly Standing[]): Booking[] {
  const found = new Map<string, Booking>();
  for (const { event } of standing) {
    for (const number of event.bookings ?? []) {
      const known = found.get(number) ?? { number, from: event.at, until: Number.NEGATIVE_INFINITY };
      known.from = Math.min(known.from, event.at);
      if (event.classifier === 'ACT') known.until = Math.max(known.until, event.at);
      found.set(number, known);
    }
  }
  return [...found.values()].sort((a, b) => a.from - b.from || (a.number < b.number ? -1 : 1));
}

/** A booking that no journey has is that of the journey it falls into, or begins a journey of its own. */
function addBooking(drafts: Draft[], booking: Booking, ends: readonly number[]): void {
  const holder = drafts.find(({ bookings }) => bookings.includes(booking.number)) ?? adopterOf(drafts, booking, ends);
  if (holder) {
    if (!holder.bookings.includes(booking.number)) holder.bookings.push(booking.number);
    if (holder.beganAt === null || holder.bookings.length === 1) holder.from = Math.min(holder.from, booking.from);
    holder.until = Math.max(holder.until, booking.until);
  } else {
    const { number, from, until } = booking;
    drafts.push({ name: `booking/${number}`, beganAt: null, bookings: [number], from, until });
  }
  drafts.sort(byBeginning);
}

/**
 * The journey that a booking falls into: one without a booking, or one under way by another number, as carriers that share
 * a ship have numbers of their own. Null when the box had come home before.
 */
function adopterOf(drafts: readonly Draft[], { from }: Booking, ends: readonly number[]): Draft | undefined {
  const isOneJourney = (a: number, b: number): boolean => !ends.some((end) => end > a && end < b);
  const before = drafts.findLast((draft) => draft.from <= from);
  if (before && isOneJourney(before.from, from) && (before.bookings.length === 0 || before.until > from)) return before;
  const after = drafts.find((draft) => draft.from > from);
  return after && after.bookings.length === 0 && isOneJourney(from, after.from) ? after : undefined;
}

/** Whether the box had come home before anything was said of the first journey's bookings: then it had another one before. */
function hasEarlier([first]: readonly Draft[], bookings: readonly Booking[], ends: readonly number[]): boolean {
  const own = bookings.filter(({ number }) => first?.bookings.includes(number)).map(({ from }) => from);
  return own.length > 0 && ends.some((end) => end < Math.min(...own));
}

const byBeginning = (a: Draft, b: Draft): number =>
  a.from - b.from || ((a.name ?? '') < (b.name ?? '') ? -1 : (a.name ?? '') > (b.name ?? '') ? 1 : 0);

/** Moves each beginning back to the first move of the box behind the end of the journey before: registration may come later. */
function reachBack(drafts: Draft[], moves: readonly Move[], ends: readonly number[]): void {
  for (const [i, draft] of drafts.entries()) {
    if (i === 0) continue;
    const end = ends.findLast((at) => at < draft.from && at >= drafts[i - 1]!.from);
    const first = end === undefined ? undefined : moves.find((m) => begins(m, end) && m.at < draft.from);
    if (first) draft.from = first.at;
  }
}

/** Whether a move begins a journey behind an end; one that names a booking belongs to that booking's. */
const begins = ({ code, at, isNamed }: Move, end: number): boolean => !isNamed && at > end && BEGINS.has(code);

/** Where a box goes on behind an end without registration or booking, a journey of its own begins. */
function splitAtEnds(drafts: Draft[], moves: readonly Move[], ends: readonly number[]): void {
  for (const end of ends) {
    const first = moves.find((move) => begins(move, end));
    if (!first) continue;
    const holder = drafts.findLast(({ from }, i) => i === 0 || from <= end) ?? drafts[0]!;
    const next = drafts[drafts.indexOf(holder) + 1];
    if (next && next.from <= first.at) continue;
    const draft: Draft = { name: null, beganAt: null, bookings: [], from: first.at, until: first.at };
    if (holder.beganAt !== null && holder.beganAt >= first.at && holder.bookings.length === 0) {
      // It was registered when its box had begun anew: what came before is an older journey.
      drafts.splice(drafts.indexOf(holder), 0, { ...draft, from: holder.from });
      holder.from = first.at;
    } else drafts.splice(drafts.indexOf(holder) + 1, 0, draft);
  }
}

function shares(drafts: readonly Draft[], standing: readonly Standing[], ends: readonly number[]): JourneyShare[] {
  const list = drafts.map((draft, i): JourneyShare => {
    const until = drafts[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    const from = i === 0 ? Number.NEGATIVE_INFINITY : draft.from;
    return {
      name: draft.name,
      registered: draft.beganAt !== null,
      booking: draft.bookings[0] ?? null,
      from,
      endedAt: ends.findLast((end) => end >= from && end < until) ?? null,
      statements: [],
    };
  });
  for (const word of standing) {
    const bookings = word.event.bookings ?? [];
    const named = drafts.findIndex((draft) => draft.bookings.some((number) => bookings.includes(number)));
    const share = named >= 0 ? list[named] : list.findLast(({ from }) => from <= word.event.at);
    share?.statements.push(word);
  }
  return list;
}
