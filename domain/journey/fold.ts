/**
 * Folds what is in force of one journey into the truth. Events arrive late and out of order as a rule, so nothing here
 * depends on the order of arrival: the same statements give the same answer.
 */
import type { Classifier } from './event.ts';
import { bySaid, type Standing } from './log.ts';
import {
  type ContainerStatus,
  GATE_MOVES,
  MILESTONES,
  type Milestone,
  type MilestoneCode,
  milestoneOf,
  rankAtCall,
  type SourceWord,
} from './milestone.ts';
import { placeName } from './places.ts';

/** What is true of a journey. */
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

/**
 * Events of one milestone at one place are one visit when they lie this close, whatever voyages they name: the two sides of
 * a call have numbers of their own, each carrier of the ship has its own, and some have none. Boxes do not come round to
 * the same port sooner, and carriers' estimates are seldom further off.
 */
const SAME_VISIT_MS = 20 * 86_400_000;

/** Folds the statements of a journey; `carrierId` is the carrier that was registered for it. Cost is that of sorting them. */
export function foldJourney(standing: readonly Standing[], carrierId: string | null = null): JourneyTruth {
  const warnings = new Set<string>();
  const groups = new Map<string, { code: MilestoneCode; words: Standing[] }>();
  for (const word of standing) {
    for (const warning of word.event.warnings ?? []) warnings.add(warning);
    const code = milestoneOf(word.event);
    if (!code) continue;
    const name = `${code}|${placeName(word.event.location)}`;
    const group = groups.get(name);
    if (group) group.words.push(word);
    else groups.set(name, { code, words: [word] });
  }
  const visits = [...groups.values()].flatMap(({ code, words }) => visitsOf(words).map((visit) => ({ code, visit })));
  const milestones = visits.map(({ code, visit }) => toMilestone(code, visit, carrierId)).sort(byTime);
  const happened = milestones.filter(({ classifier }) => classifier === 'ACT');
  const newest = happened.toSorted((a, b) => a.at - b.at || rankAtCall(a.code) - rankAtCall(b.code)).at(-1) ?? null;
  const current = newest && furthestOfCall(happened, newest);
  const carrying = happened.filter(({ vesselName }) => vesselName).at(-1) ?? current;
  return {
    status: current?.code ?? 'registered',
    statusAt: current?.at ?? null,
    milestones: milestones.map((m) => ({
      ...m,
      closed: m.classifier !== 'ACT' && newest !== null && m.at < newest.at,
    })),
    vesselName: carrying?.vesselName ?? null,
    vesselImo: carrying?.vesselImo ?? null,
    voyage: carrying?.voyage ?? null,
    warnings: [...warnings].sort(),
  };
}

/** Clocks of one place differ by minutes, and reports round to hours: what lies further apart happened in its own order. */
const CLOCKS_MS = 3 * 3_600_000;
/** What a box does after the other at a ship's call, whatever the clocks say: it cannot be loaded once the ship has left. */
const FOLLOWS: Partial<Record<MilestoneCode, MilestoneCode>> = { loaded: 'departed', arrived: 'discharged' };

/**
 * The furthest milestone, in the order of life, of the port call that holds the newest actual: clocks at one berth differ by
 * minutes, and a status follows time from call to call. What must come after the newest at the ship's call counts as long as
 * the box was not seen elsewhere between the two.
 */
function furthestOfCall(happened: readonly Milestone[], newest: Milestone): Milestone {
  const place = placeName(newest.location);
  const near = happened
    .filter((m) => placeName(m.location) === place && newest.at - m.at <= CLOCKS_MS)
    .reduce((a, b) => (rankAtCall(b.code) >= rankAtCall(a.code) ? b : a));
  const next = happened.findLast((m) => m.code === FOLLOWS[newest.code] && placeName(m.location) === place);
  if (!next || rankAtCall(next.code) < rankAtCall(near.code) || newest.at - next.at > SAME_VISIT_MS) return near;
  const isElsewhere = happened.some((m) => m.at > next.at && m.at < newest.at && placeName(m.location) !== place);
  return isElsewhere ? near : next;
}

/** Splits the words of one milestone and place into visits: those of one voyage are together however far apart. */
function visitsOf(words: readonly Standing[]): Standing[][] {
  const byVoyage = new Map<string | number, Standing[]>();
  for (const word of words) {
    const voyage = word.event.voyage ?? word.event.at;
    const part = byVoyage.get(voyage);
    if (part) part.push(word);
    else byVoyage.set(voyage, [word]);
  }
  const parts = [...byVoyage.values()].map((part) => ({ part, from: Math.min(...part.map(({ event }) => event.at)) }));
  const visits: { words: Standing[]; from: number }[] = [];
  for (const { part, from } of parts.sort((a, b) => a.from - b.from)) {
    const visit = visits.at(-1);
    if (visit && from - visit.from <= SAME_VISIT_MS) visit.words.push(...part);
    else visits.push({ words: [...part], from });
  }
  return visits.map((visit) => visit.words);
}

/** Whether two milestones are the same visit; the time of it may have been corrected meanwhile. */
export function isSameVisit(a: Milestone, b: Milestone): boolean {
  if (a.code !== b.code || placeName(a.location) !== placeName(b.location)) return false;
  return (a.voyage !== null && a.voyage === b.voyage) || Math.abs(a.at - b.at) <= SAME_VISIT_MS;
}

/**
 * How far a source is to be believed: a terminal of what passes its gate before all others, and of nothing else; the carrier
 * of the journey before carriers that share its ships.
 */
function weightOf({ event }: Standing, code: MilestoneCode, carrierId: string | null): number {
  if (event.role === 'terminal') return GATE_MOVES.has(code) ? 2 : 0;
  return carrierId === null || event.carrierId === carrierId ? 1 : 0;
}

const CERTAINTY: Record<Classifier, number> = { ACT: 2, EST: 1, PLN: 0 };

function toMilestone(code: MilestoneCode, words: readonly Standing[], carrierId: string | null): Milestone {
  const best = (classifier: Classifier): Standing | undefined =>
    words
      .filter(({ event }) => event.classifier === classifier)
      .sort((a, b) => weightOf(a, code, carrierId) - weightOf(b, code, carrierId) || bySaid(a, b))
      .at(-1);
  const [actual, estimate, plan] = [best('ACT'), best('EST'), best('PLN')];
  const { event } = (actual ?? estimate ?? plan)!;
  return {
    code,
    location: event.location ?? null,
    classifier: event.classifier,
    at: event.at,
    estimatedAt: estimate?.event.at ?? null,
    plannedAt: plan?.event.at ?? null,
    closed: false,
    voyage: event.voyage ?? null,
    vesselName: event.vesselName ?? null,
    vesselImo: event.vesselImo ?? null,
    mode: event.mode ?? null,
    sources: sourcesOf(words, (word) => weightOf(word, code, carrierId)),
  };
}

/** Each source's own word, the surest and newest of it; sources that count more come first. */
function sourcesOf(words: readonly Standing[], weigh: (word: Standing) => number): SourceWord[] {
  const bySource = new Map<string, Standing>();
  const surer = (a: Standing, b: Standing): number =>
    CERTAINTY[a.event.classifier] - CERTAINTY[b.event.classifier] || bySaid(a, b);
  for (const word of words) {
    const name = `${word.event.role ?? 'carrier'}|${word.event.carrierId}`;
    const known = bySource.get(name);
    if (!known || surer(known, word) < 0) bySource.set(name, word);
  }
  return [...bySource.values()]
    .sort((a, b) => weigh(b) - weigh(a) || surer(b, a))
    .map(({ event, saidAt, key }) => ({
      carrierId: event.carrierId,
      role: event.role ?? 'carrier',
      classifier: event.classifier,
      at: event.at,
      saidAt,
      key,
    }));
}

function byTime(a: Milestone, b: Milestone): number {
  const [placeA, placeB] = [placeName(a.location), placeName(b.location)];
  return (
    a.at - b.at ||
    MILESTONES.indexOf(a.code) - MILESTONES.indexOf(b.code) ||
    (placeA < placeB ? -1 : placeA > placeB ? 1 : 0) ||
    ((a.voyage ?? '') < (b.voyage ?? '') ? -1 : 1)
  );
}
