/**
 * Folds a container's whole event log into the truth. Events arrive late and out of order as a rule,
 * so nothing here depends on the order of arrival: the same set of events gives the same answer.
 */
import type { Classifier, EventLocation, JourneyEvent } from './event.ts';

/** The milestones of a container's life, in their usual order. */
export const MILESTONES = [
  'empty_picked_up',
  'stuffed',
  'gate_in',
  'loaded',
  'departed',
  'arrived',
  'discharged',
  'gate_out',
  'stripped',
  'empty_returned',
] as const;

/** The name of a milestone. */
export type MilestoneCode = (typeof MILESTONES)[number];

/** Where a container is in its life. */
export type ContainerStatus = 'registered' | MilestoneCode;

/** One milestone at one place, with the best time known and what was said before. */
export interface Milestone {
  code: MilestoneCode;
  location: EventLocation | null;
  classifier: Classifier;
  at: number;
  /** The latest estimate, kept beside the actual so that a reader can compare. */
  estimatedAt: number | null;
  plannedAt: number | null;
  voyage: string | null;
  vesselName: string | null;
  vesselImo: string | null;
  mode: string | null;
}

/** What the log says in sum. */
export interface JourneyTruth {
  status: ContainerStatus;
  /** When the status was reached; null while registered. */
  statusAt: number | null;
  milestones: Milestone[];
  vesselName: string | null;
  vesselImo: string | null;
  voyage: string | null;
  warnings: string[];
}

const EQUIPMENT_CODES: Record<string, MilestoneCode> = {
  STUF: 'stuffed',
  STRP: 'stripped',
  LOAD: 'loaded',
  DISC: 'discharged',
};

/** The milestone an event speaks of; null for events that mark none (inspection, documents). */
function milestoneOf(event: Pick<JourneyEvent, 'family' | 'code' | 'empty'>): MilestoneCode | null {
  if (event.family === 'TRANSPORT') {
    return event.code === 'ARRI' ? 'arrived' : event.code === 'DEPA' ? 'departed' : null;
  }
  if (event.family !== 'EQUIPMENT') return null;
  if (event.code === 'GTIN') return event.empty ? 'empty_returned' : 'gate_in';
  if (event.code === 'GTOT') return event.empty ? 'empty_picked_up' : 'gate_out';
  return EQUIPMENT_CODES[event.code] ?? null;
}

/** An event as the log has it; `origin` is its place in the order of what its connection delivered. */
export type LoggedEvent = JourneyEvent & { origin?: number };

interface Slot {
  code: MilestoneCode;
  latest: Partial<Record<Classifier, LoggedEvent>>;
}

/**
 * Events of one milestone at one place are one visit when they lie this close, whatever voyages they name: the two sides of
 * a call have numbers of their own, each carrier of the ship has its own, and some have none. Boxes do not come round to
 * the same port sooner, and carriers' estimates are seldom further off.
 */
const SAME_VISIT_MS = 20 * 86_400_000;

/** Folds the log. Cost is that of sorting it. */
export function foldJourney(events: Iterable<LoggedEvent>): JourneyTruth {
  const warnings = new Set<string>();
  const groups = new Map<string, { code: MilestoneCode; events: LoggedEvent[] }>();
  for (const event of inForce(events)) {
    for (const warning of event.warnings ?? []) warnings.add(warning);
    const code = milestoneOf(event);
    if (!code) continue;
    const place = event.location?.unLocationCode ?? event.location?.facilityCode ?? '';
    const name = `${code}|${place}`;
    const group = groups.get(name);
    if (group) group.events.push(event);
    else groups.set(name, { code, events: [event] });
  }
  const slots = [...groups.values()].flatMap((group) =>
    visitsOf(group.events).map((visit) => toSlot(group.code, visit)),
  );
  const milestones = slots.map(toMilestone).sort(byTime);
  const current = milestones.filter((m) => m.classifier === 'ACT').at(-1) ?? null;
  const carrying = milestones.filter((m) => m.classifier === 'ACT' && m.vesselName).at(-1) ?? current;
  return {
    status: current?.code ?? 'registered',
    statusAt: current?.at ?? null,
    milestones,
    vesselName: carrying?.vesselName ?? null,
    vesselImo: carrying?.vesselImo ?? null,
    voyage: carrying?.voyage ?? null,
    warnings: [...warnings].sort(),
  };
}

/**
 * What still counts: of the words of one carrier under one id the newest, and nothing of it when that takes it back (DCSA's
 * override and retraction). An id that is used for another kind of event is another id.
 */
function inForce(events: Iterable<LoggedEvent>): LoggedEvent[] {
  const unnamed: LoggedEvent[] = [];
  const named = new Map<string, LoggedEvent>();
  for (const event of events) {
    if (event.carrierEventId === undefined) {
      unnamed.push(event);
      continue;
    }
    const name = `${event.carrierId}|${event.carrierEventId}|${event.family}|${event.code}`;
    const known = named.get(name);
    if (!known || supersedes(event, known)) named.set(name, event);
  }
  return [...unnamed, ...named.values()].filter(({ retracted }) => !retracted);
}

/** Splits the events of one milestone and place into visits: those of one voyage are together however far apart. */
function visitsOf(events: LoggedEvent[]): LoggedEvent[][] {
  const byVoyage = new Map<string | number, LoggedEvent[]>();
  for (const event of events) {
    const voyage = event.voyage ?? event.at;
    byVoyage.set(voyage, [...(byVoyage.get(voyage) ?? []), event]);
  }
  const parts = [...byVoyage.values()].map((part) => ({ part, from: Math.min(...part.map(({ at }) => at)) }));
  const visits: { events: LoggedEvent[]; from: number }[] = [];
  for (const { part, from } of parts.sort((a, b) => a.from - b.from)) {
    const visit = visits.at(-1);
    if (visit && from - visit.from <= SAME_VISIT_MS) visit.events.push(...part);
    else visits.push({ events: [...part], from });
  }
  return visits.map((visit) => visit.events);
}

/** Whether two milestones are the same visit; the time of it may have been corrected meanwhile. */
export function isSameVisit(a: Milestone, b: Milestone): boolean {
  const place = ({ code, location }: Milestone): string =>
    `${code}|${location?.unLocationCode ?? location?.facilityCode ?? ''}`;
  if (place(a) !== place(b)) return false;
  return (a.voyage !== null && a.voyage === b.voyage) || Math.abs(a.at - b.at) <= SAME_VISIT_MS;
}

function toSlot(code: MilestoneCode, events: LoggedEvent[]): Slot {
  const latest: Slot['latest'] = {};
  for (const event of events) {
    const known = latest[event.classifier];
    if (!known || supersedes(event, known)) latest[event.classifier] = event;
  }
  return { code, latest };
}

/**
 * The carrier's newer word wins; between words of one instant, as in a history that is pushed again under the time of the
 * push, the later in the carrier's own order. Without an order the content decides, so that arrival does not.
 */
function supersedes(event: LoggedEvent, known: LoggedEvent): boolean {
  if (event.createdAt !== known.createdAt) return event.createdAt > known.createdAt;
  if (event.origin !== known.origin) return (event.origin ?? -1) > (known.origin ?? -1);
  if (event.at !== known.at) return event.at > known.at;
  return JSON.stringify(event) > JSON.stringify(known);
}

function toMilestone({ code, latest }: Slot): Milestone {
  const best = (latest.ACT ?? latest.EST ?? latest.PLN)!;
  return {
    code,
    location: best.location ?? null,
    classifier: best.classifier,
    at: best.at,
    estimatedAt: latest.EST?.at ?? null,
    plannedAt: latest.PLN?.at ?? null,
    voyage: best.voyage ?? null,
    vesselName: best.vesselName ?? null,
    vesselImo: best.vesselImo ?? null,
    mode: best.mode ?? null,
  };
}

function byTime(a: Milestone, b: Milestone): number {
  const place = (m: Milestone): string => m.location?.unLocationCode ?? '';
  return (
    a.at - b.at ||
    MILESTONES.indexOf(a.code) - MILESTONES.indexOf(b.code) ||
    (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0) ||
    ((a.voyage ?? '') < (b.voyage ?? '') ? -1 : 1)
  );
}
